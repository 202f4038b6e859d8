using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>Strings with what is interpolated into them, and objects.</summary>
internal sealed partial class Parser
{
    /// <summary>A string, with its format in front where there is one.</summary>
    private Term Text()
    {
        var start = Current;
        var format = start.Kind == TokenKind.Format ? Take().Text : null;
        Expect(TokenKind.StringStart, "a string");
        var parts = new List<Term>();
        while (Current.Kind != TokenKind.StringEnd)
        {
            var token = Current;
            switch (token.Kind)
            {
                case TokenKind.StringText:
                    next++;
                    parts.Add(new Constant(token.Position, token.Length, token.Text));
                    break;
                case TokenKind.InterpolationStart:
                    next++;
                    var query = Query();
                    Expect(TokenKind.InterpolationEnd, "')'");
                    parts.Add(query is Constant ? new Piped(query.Position, query.Length, query, new Identity(query.Position, 0)) : query);
                    break;
                default:
                    throw Unexpected("the end of the string");
            }
        }

        var end = Take();
        var length = End(end) - start.Position;
        return parts switch
        {
            [] => new Constant(start.Position, length, JsonString.Empty),
            [Constant only] => only with { Position = start.Position, Length = length },
            _ => new Interpolated(start.Position, length, format, parts) { Binds = parts.Any(p => p.Binds) },
        };
    }

    private ObjectOf Braces()
    {
        var start = Take();
        var members = new List<(Term, Term)>();
        while (!Current.Is("}"))
        {
            members.Add(Member());
            if (Current.Is(","))
            {
                next++;
            }
            else if (!Current.Is("}"))
            {
                throw Unexpected("',' or '}'");
            }
        }

        next++;
        return new ObjectOf(start.Position, tokens[next - 1].Position + 1 - start.Position, members)
        {
            Binds = members.Any(m => m.Item1.Binds || m.Item2.Binds),
        };
    }

    private (Term Key, Term Value) Member()
    {
        var token = Current;
        Term key;
        Term? shorthand = null;
        switch (token.Kind)
        {
            case TokenKind.Variable:
                next++;
                var variable = new Variable(token.Position, token.Length, token.Text);
                if (!Current.Is(":"))
                {
                    return (new Constant(token.Position, token.Length, token.Text), variable);
                }

                key = variable;
                break;
            case TokenKind.Identifier or TokenKind.Keyword:
                next++;
                key = new Constant(token.Position, token.Length, token.Text);
                shorthand = new At(token.Position, token.Length, new Identity(token.Position, 0), key, Optional: false);
                break;
            case TokenKind.StringStart or TokenKind.Format:
                key = Text();
                shorthand = new At(token.Position, token.Length, new Identity(token.Position, 0), key, Optional: false) { Binds = key.Binds };
                break;
            default:
                if (!token.Is("("))
                {
                    throw token.Kind == TokenKind.Number
                        ? Wrong("May need parentheses around object key expression")
                        : Unexpected("an object's key or '}'");
                }

                next++;
                key = Key(Query());
                Expect(")");
                break;
        }

        if (!Current.Is(":"))
        {
            return shorthand is not null ? (key, shorthand) : throw Unexpected("':'");
        }

        next++;
        var value = Expression(0);
        while (Current.Is("|"))
        {
            next++;
            var then = Expression(0);
            value = new Piped(value.Position, End(then) - value.Position, value, then) { Binds = value.Binds || then.Binds };
        }

        return (key, value);
    }
}
