namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>What stands behind <c>as</c>.</summary>
internal sealed partial class Parser
{
    private List<Pattern> Patterns()
    {
        var patterns = new List<Pattern> { OnePattern() };
        while (Current.Is("?//"))
        {
            next++;
            patterns.Add(OnePattern());
        }

        return patterns;
    }

    private Pattern OnePattern()
    {
        Enter();
        var start = Current;
        Pattern pattern;
        if (start.Kind == TokenKind.Variable)
        {
            next++;
            pattern = new VariablePattern(start.Position, start.Length, start.Text);
        }
        else if (start.Is("["))
        {
            var items = new List<Pattern>();
            do
            {
                next++;
                items.Add(OnePattern());
            }
            while (Current.Is(","));
            var end = Expect("]");
            pattern = new ArrayPattern(start.Position, end.Position + 1 - start.Position, items);
        }
        else if (start.Is("{"))
        {
            var members = new List<(Term, string?, Pattern?)>();
            do
            {
                next++;
                members.Add(MemberPattern());
            }
            while (Current.Is(","));
            var end = Expect("}");
            pattern = new ObjectPattern(start.Position, end.Position + 1 - start.Position, members);
        }
        else
        {
            throw Unexpected("$name, '[' or '{'");
        }

        depth--;
        return pattern;
    }

    private (Term Key, string? Variable, Pattern? Value) MemberPattern()
    {
        var start = Current;
        if (start.Kind == TokenKind.Variable)
        {
            next++;
            var key = new Constant(start.Position, start.Length, start.Text);
            if (!Current.Is(":"))
            {
                return (key, start.Text, null);
            }

            next++;
            return (key, start.Text, OnePattern());
        }

        Term name;
        if (start.Kind is TokenKind.Identifier or TokenKind.Keyword)
        {
            next++;
            name = new Constant(start.Position, start.Length, start.Text);
        }
        else if (start.Kind is TokenKind.StringStart or TokenKind.Format)
        {
            name = Text();
        }
        else if (start.Is("("))
        {
            next++;
            name = Key(Query());
            Expect(")");
        }
        else
        {
            throw Unexpected("a key");
        }

        Expect(":");
        return (name, null, OnePattern());
    }
}
