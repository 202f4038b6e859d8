using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>jq's grammar by precedence climbing: queries (pipes, commas, definitions), expressions (operators).</summary>
internal sealed partial class Parser
{
    /// <summary>Deepest nesting of a program, in levels; each link of a chain of pipes or operators is one.</summary>
    private const int MaxDepth = 2_000;

    private const int NonAssociativeAssignment = 2;
    private const int NonAssociativeComparison = 5;

    private readonly List<Token> tokens;
    private int next;
    private int depth;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    private Token Current => tokens[next];

    /// <exception cref="JqSyntaxException">The source is not a program.</exception>
    public static Term Parse(string source)
    {
        try
        {
            var parser = new Parser(new Lexer(source).Read());
            return parser.Program();
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JqSyntaxException(new JqSyntaxError("The program is nested too deeply", 0, source.Length));
        }
    }

    private Term Program()
    {
        if (Current.Is("import") || Current.Is("include") || Current.Is("module"))
        {
            throw Wrong($"Modules are not available: '{Current.Text}' cannot be used here");
        }

        var definitions = new List<Definition>();
        while (Current.Is("def"))
        {
            definitions.Add(Define());
        }

        Term body = Current.Kind == TokenKind.End ? new Identity(Current.Position, 0) : Query();
        if (Current.Kind != TokenKind.End)
        {
            throw Unexpected("the end of the program");
        }

        for (var i = definitions.Count - 1; i >= 0; i--)
        {
            body = new Defined(definitions[i].Position, body.Position + body.Length - definitions[i].Position, definitions[i], body)
            {
                Binds = body.Binds,
            };
        }

        return body;
    }

    private Term Query()
    {
        Enter();
        var entered = depth;
        if (Current.Is("def"))
        {
            var function = Define();
            var rest = Query();
            depth = entered - 1;
            return new Defined(function.Position, End(rest) - function.Position, function, rest) { Binds = rest.Binds };
        }

        var stages = new List<Term> { Commas() };
        while (Current.Is("|"))
        {
            next++;
            if (Current.Is("def"))
            {
                stages.Add(Query());
                break;
            }

            Enter();
            stages.Add(Commas());
        }

        depth = entered - 1;
        var all = stages[^1];
        for (var i = stages.Count - 2; i >= 0; i--)
        {
            all = new Piped(stages[i].Position, End(all) - stages[i].Position, stages[i], all) { Binds = stages[i].Binds || all.Binds };
        }

        return all;
    }

    private Term Commas()
    {
        var entered = depth;
        var left = Item();
        while (Current.Is(","))
        {
            next++;
            Enter();
            var right = Current.Is("def") ? Query() : Item();
            left = new Both(left.Position, End(right) - left.Position, left, right) { Binds = left.Binds || right.Binds };
        }

        depth = entered;
        return left;
    }

    /// <summary>One item between commas; a binding or label takes everything after it, commas and pipes too.</summary>
    private Term Item()
    {
        if (Current.Is("label"))
        {
            var start = Take();
            var name = Expect(TokenKind.Variable, "a label's name as in $out");
            Expect("|");
            var body = Query();
            return new Labelled(start.Position, End(body) - start.Position, name.Text, body) { Binds = true };
        }

        var expression = Expression(0);
        if (!Current.Is("as"))
        {
            return expression;
        }

        next++;
        var patterns = Patterns();
        Expect("|");
        var rest = Query();
        return new Bound(expression.Position, End(rest) - expression.Position, expression, patterns, rest) { Binds = true };
    }

    private Term Expression(int least)
    {
        Enter();
        var entered = depth;
        var left = Postfix();
        var closed = -1;
        while (Precedence(Current) is var precedence && precedence >= Math.Max(least, 1))
        {
            if (precedence == closed)
            {
                throw Unexpected("parentheses, because this operator does not chain");
            }

            var operation = Take();
            Enter();
            var right = Expression(precedence == 1 ? 1 : precedence + 1);
            var length = End(right) - left.Position;
            var binds = left.Binds || right.Binds;
            left = precedence == NonAssociativeAssignment
                ? new Assignment(left.Position, length, operation.Text, left, right) { Binds = binds }
                : new Operation(left.Position, length, operation.Text, left, right) { Binds = binds };
            closed = precedence is NonAssociativeAssignment or NonAssociativeComparison ? precedence : -1;
        }

        depth = entered - 1;
        return left;
    }

    private static int Precedence(Token token) => token.Kind switch
    {
        TokenKind.Operator => token.Text switch
        {
            "//" => 1,
            "=" or "|=" or "+=" or "-=" or "*=" or "/=" or "%=" or "//=" => NonAssociativeAssignment,
            "==" or "!=" or "<" or ">" or "<=" or ">=" => NonAssociativeComparison,
            "+" or "-" => 6,
            "*" or "/" or "%" => 7,
            _ => 0,
        },
        TokenKind.Keyword => token.Text switch { "or" => 3, "and" => 4, _ => 0 },
        _ => 0,
    };

    private Definition Define()
    {
        Enter();
        var start = Take();
        var name = Current.Kind is TokenKind.Identifier or TokenKind.Keyword ? Take() : throw Unexpected("a function's name");
        var parameters = new List<Parameter>();
        if (Current.Is("("))
        {
            do
            {
                next++;
                parameters.Add(Current.Kind switch
                {
                    TokenKind.Variable => new Parameter(Take().Text, IsValue: true),
                    TokenKind.Identifier or TokenKind.Keyword => new Parameter(Take().Text, IsValue: false),
                    _ => throw Unexpected("a parameter"),
                });
            }
            while (Current.Is(";"));
            Expect(")");
        }

        Expect(":");
        var body = Query();
        var end = Expect(";");
        depth--;
        return new Definition(start.Position, end.Position + 1 - start.Position, name.Text, parameters, body);
    }

    /// <summary>A key that is a constant other than a string is a mistake that shows at once.</summary>
    private static Term Key(Term key) => key is Constant { Value: not JsonString } constant
        ? throw new JqSyntaxException(new JqSyntaxError(
            $"Cannot use {Evaluation.Values.KindName(constant.Value)} ({constant.Value}) as object key", key.Position, key.Length))
        : key;

    private Token Take() => tokens[next++];

    private Token Expect(string text) => Current.Is(text) ? Take() : throw Unexpected($"'{text}'");

    private Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Unexpected(what);

    private static int End(Token token) => token.Position + token.Length;

    private int End(Term term) => Math.Max(term.Position + term.Length, next == 0 ? 0 : End(tokens[next - 1]));

    private void Enter()
    {
        if (++depth > MaxDepth)
        {
            throw Wrong($"The program is nested too deeply (more than {MaxDepth} levels)");
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    private JqSyntaxException Unexpected(string expected) => Wrong($"syntax error, unexpected {Current}, expecting {expected}");

    private JqSyntaxException Wrong(string message) => new(new JqSyntaxError(message, Current.Position, Current.Length));
}
