namespace Jarvis.Domain.Workflows.Language;

/// <summary>What people usually did where the YAML parser gave up, and where they did it.</summary>
internal static class SyntaxHint
{
    /// <returns>The place to show, which is the cause's where it can be told, and a sentence with a space in front, or nothing.</returns>
    public static (int Line, int Column, string Text) Of(string source, int line, int column, string reason)
    {
        var lines = source.Split('\n');
        if (reason.Contains("tab", StringComparison.OrdinalIgnoreCase) || reason.Contains("indent", StringComparison.OrdinalIgnoreCase))
        {
            for (var i = 0; i < lines.Length; i++)
            {
                var indent = lines[i].AsSpan(0, lines[i].Length - lines[i].AsSpan().TrimStart().Length);
                if (indent.Length < lines[i].TrimEnd().Length && indent.IndexOf('\t') is >= 0 and var at)
                {
                    return (i + 1, at + 1, " Indent with spaces; YAML takes no tabs there.");
                }
            }
        }

        var here = line <= lines.Length ? lines[line - 1] : "";
        var before = line >= 2 && line - 2 < lines.Length ? lines[line - 2] : "";
        var text = column <= here.Length ? here[(column - 1)..] : "";
        if (text is ['@' or '`' or '%', ..])
        {
            return (line, column, $" A value that begins with {text[0]} needs quotes.");
        }

        if ((here + before).Contains("${", StringComparison.Ordinal) && reason.Contains("flow", StringComparison.Ordinal))
        {
            return (line, column, " Between { } and [ ] an expression needs quotes: '${ … }'.");
        }

        if (reason.Contains("flow mapping", StringComparison.Ordinal) || reason.Contains("flow sequence", StringComparison.Ordinal))
        {
            return (line, column, $" A {(reason.Contains("mapping", StringComparison.Ordinal) ? "{" : "[")} is not closed, or a comma is missing.");
        }

        if (reason.Contains("quoted scalar", StringComparison.Ordinal))
        {
            return (line, column, " A quote is not closed.");
        }

        return reason switch
        {
            _ when reason.Contains("invalid mapping", StringComparison.Ordinal) || reason.Contains("mapping values", StringComparison.Ordinal) =>
                (line, column, " A text that holds a colon and a space needs quotes."),
            _ when reason.Contains("did not find expected key", StringComparison.Ordinal) || reason.Contains("expected '-'", StringComparison.Ordinal) =>
                (line, column, " See that this line is indented as its siblings are."),
            _ => (line, column, ""),
        };
    }
}
