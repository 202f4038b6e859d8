using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>Terms: what stands between operators, with the suffixes behind them.</summary>
internal sealed partial class Parser
{
    private Term Postfix()
    {
        Enter();
        var entered = depth;
        var term = Simple();
        while (true)
        {
            var start = Current;
            Term? longer = null;
            if (start.Kind == TokenKind.Field)
            {
                next++;
                longer = Access(term, new Constant(start.Position, start.Length, start.Text));
            }
            else if (start.Is(".") && tokens[next + 1].Kind is (TokenKind.StringStart or TokenKind.Format))
            {
                next++;
                longer = Access(term, Text());
            }
            else if (start.Is("[") || (start.Is(".") && tokens[next + 1].Is("[")))
            {
                next += start.Is("[") ? 0 : 1;
                longer = Brackets(term);
            }
            else if (start.Is("?"))
            {
                next++;
                longer = new Attempt(term.Position, End(term) - term.Position, term, null) { Binds = term.Binds };
            }
            else if (start.Is("?//"))
            {
                // Outside of patterns it can only be '?' followed by '//'.
                tokens[next] = new Token(TokenKind.Operator, "?", start.Position, 1);
                tokens.Insert(next + 1, new Token(TokenKind.Operator, "//", start.Position + 1, 2));
                continue;
            }

            if (longer is null)
            {
                depth = entered - 1;
                return term;
            }

            Enter();
            term = longer;
        }
    }

    private At Access(Term target, Term key)
    {
        var optional = TakeOptional();
        return new At(target.Position, End(key) - target.Position, target, key, optional) { Binds = target.Binds || key.Binds };
    }

    private bool TakeOptional()
    {
        if (!Current.Is("?"))
        {
            return false;
        }

        next++;
        return true;
    }

    private Term Brackets(Term target)
    {
        Expect("[");
        if (Current.Is("]"))
        {
            next++;
            var optional = TakeOptional();
            return new Each(target.Position, End(target) - target.Position, target, optional) { Binds = target.Binds };
        }

        Term? from = null;
        if (!Current.Is(":"))
        {
            from = Query();
        }

        if (Current.Is(":"))
        {
            next++;
            var to = Current.Is("]") && from is not null ? null : Query();
            Expect("]");
            var optional = TakeOptional();
            return new Slice(target.Position, End(target) - target.Position, target, from, to, optional)
            {
                Binds = target.Binds || from is { Binds: true } || to is { Binds: true },
            };
        }

        Expect("]");
        return Access(target, from!);
    }

    private Term Simple()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                next++;
                return new Constant(token.Position, token.Length, token.Value!);
            case TokenKind.StringStart:
                return Text();
            case TokenKind.Format:
                if (tokens[next + 1].Kind == TokenKind.StringStart)
                {
                    return Text();
                }

                next++;
                return new Formatted(token.Position, token.Length, token.Text);
            case TokenKind.Field:
                next++;
                return Access(new Identity(token.Position, 0), new Constant(token.Position, token.Length, token.Text));
            case TokenKind.Variable:
                next++;
                return new Variable(token.Position, token.Length, token.Text);
            case TokenKind.Identifier:
                return Name();
            case TokenKind.Keyword:
                return Keyword();
            case TokenKind.Operator:
                return Symbol();
            default:
                throw Unexpected("an expression");
        }
    }

    private Term Name()
    {
        var token = Take();
        switch (token.Text)
        {
            case "null" when !Current.Is("("): return new Constant(token.Position, token.Length, Json.Null);
            case "true" when !Current.Is("("): return new Constant(token.Position, token.Length, Json.True);
            case "false" when !Current.Is("("): return new Constant(token.Position, token.Length, Json.False);
        }

        var arguments = new List<Term>();
        if (Current.Is("("))
        {
            do
            {
                next++;
                arguments.Add(Query());
            }
            while (Current.Is(";"));
            Expect(")");
        }

        return new Call(token.Position, token.Length, token.Text, arguments) { Binds = arguments.Any(a => a.Binds) };
    }

    private Term Symbol()
    {
        var token = Current;
        switch (token.Text)
        {
            case ".":
                next++;
                if (Current.Kind is TokenKind.StringStart or TokenKind.Format)
                {
                    return Access(new Identity(token.Position, 1), Text());
                }

                if (Current.Is("["))
                {
                    return Brackets(new Identity(token.Position, 1));
                }

                if (Current.Kind is TokenKind.Identifier or TokenKind.Keyword && Current.Position == token.Position + 1)
                {
                    throw Wrong("try .[\"field\"] instead of .field for unusually named fields");
                }

                return new Identity(token.Position, 1);
            case "..":
                next++;
                return new Call(token.Position, token.Length, "recurse", []);
            case "-":
                next++;
                var value = Postfix();
                return new Negated(token.Position, End(value) - token.Position, value) { Binds = value.Binds };
            case "(":
                next++;
                var inner = Query();
                Expect(")");
                return inner with { Position = token.Position, Length = End(inner) - token.Position };
            case "[":
                next++;
                if (Current.Is("]"))
                {
                    next++;
                    return new Constant(token.Position, 2, JsonArray.Empty);
                }

                var items = Query();
                Expect("]");
                return new ArrayOf(token.Position, End(items) - token.Position, items) { Binds = items.Binds };
            case "{":
                return Braces();
            case "$":
                throw Wrong("syntax error, unexpected '$', expecting a variable's name");
            default:
                throw Unexpected("an expression");
        }
    }

    private Term Keyword()
    {
        var token = Current;
        switch (token.Text)
        {
            case "if": return If();
            case "try":
                next++;
                var body = Postfix();
                Term? handler = null;
                if (Current.Is("catch"))
                {
                    next++;
                    handler = Postfix();
                }

                return new Attempt(token.Position, End(body) - token.Position, body, handler) { Binds = body.Binds || handler is { Binds: true } };
            case "reduce": return Reduce();
            case "foreach": return Foreach();
            case "break":
                next++;
                if (Current.Kind != TokenKind.Variable)
                {
                    throw Wrong("break requires a label to break to");
                }

                var label = Take();
                return new Broken(token.Position, End(label) - token.Position, label.Text);
            case "import" or "include" or "module":
                throw Wrong($"Modules are not available: '{token.Text}' cannot be used here");
            default:
                throw Unexpected("an expression");
        }
    }

    /// <summary>After <c>if</c> or <c>elif</c>.</summary>
    private Choice If()
    {
        Enter();
        var start = Take();
        var condition = Query();
        Expect("then");
        var then = Query();
        Term? otherwise = null;
        if (Current.Is("elif"))
        {
            otherwise = If();
        }
        else if (Current.Is("else"))
        {
            next++;
            otherwise = Query();
            Expect("end");
        }
        else
        {
            Expect("end");
        }

        depth--;
        return new Choice(start.Position, End(then) - start.Position, condition, then, otherwise)
        {
            Binds = condition.Binds || then.Binds || otherwise is { Binds: true },
        };
    }

    private Reduction Reduce()
    {
        var start = Take();
        var source = Expression(0);
        Expect("as");
        var patterns = Patterns();
        Expect("(");
        var initial = Query();
        Expect(";");
        var update = Query();
        Expect(")");
        return new Reduction(start.Position, End(update) - start.Position, source, patterns, initial, update) { Binds = true };
    }

    private Iteration Foreach()
    {
        var start = Take();
        var source = Expression(0);
        Expect("as");
        var patterns = Patterns();
        Expect("(");
        var initial = Query();
        Expect(";");
        var update = Query();
        Term? extract = null;
        if (Current.Is(";"))
        {
            next++;
            extract = Query();
        }

        Expect(")");
        return new Iteration(start.Position, End(update) - start.Position, source, patterns, initial, update, extract) { Binds = true };
    }
}
