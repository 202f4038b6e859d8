namespace Jarvis.Domain.Workflows.Language;

/// <summary>Finds where in the source a character of a scalar's value stands: quoting, escapes, block indentation and folding lie between.</summary>
internal static class ScalarPlace
{
    /// <param name="offset">Index into the scalar's text.</param>
    /// <returns>Line and column from 1; the scalar's own start where the place cannot be told.</returns>
    public static (int Line, int Column) Of(string[] lines, ScalarNode scalar, int offset)
    {
        var line = scalar.Line - 1;
        var column = scalar.Column - 1;
        if (line >= lines.Length)
        {
            return (scalar.Line, scalar.Column);
        }

        switch (scalar.Form)
        {
            case ScalarForm.SingleQuoted or ScalarForm.DoubleQuoted:
                column++;
                break;
            case ScalarForm.Literal or ScalarForm.Folded:
                line++;
                column = 0;
                break;
        }

        var text = scalar.Text;
        var i = 0;
        while (line < lines.Length)
        {
            var raw = lines[line];
            while (i < text.Length && column < raw.Length)
            {
                if (char.IsWhiteSpace(raw[column]) && raw[column] != text[i])
                {
                    column++;
                    continue;
                }

                if (IsIndentation(scalar, raw, column, text, i))
                {
                    column++;
                    continue;
                }

                if (i == offset)
                {
                    return (line + 1, column + 1);
                }

                if (raw[column] == text[i] && !(scalar.Form == ScalarForm.DoubleQuoted && raw[column] == '\\'))
                {
                    column += scalar.Form == ScalarForm.SingleQuoted && raw[column] == '\'' ? 2 : 1;
                    i++;
                }
                else if (scalar.Form == ScalarForm.DoubleQuoted && raw[column] == '\\' && column + 1 < raw.Length)
                {
                    column += raw[column + 1] switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
                    i++;
                }
                else if (char.IsWhiteSpace(text[i]))
                {
                    i++;
                }
                else
                {
                    return (scalar.Line, scalar.Column);
                }
            }

            if (i == offset && i >= text.Length)
            {
                return (line + 1, column + 1);
            }

            // The line's end is one whitespace of the value (a break, or the space it is folded to), or none where it is escaped.
            if (i < text.Length && char.IsWhiteSpace(text[i]))
            {
                if (i == offset)
                {
                    return (line + 1, column + 1);
                }

                i++;
            }

            line++;
            column = 0;
        }

        return (scalar.Line, scalar.Column);
    }

    /// <summary>Leading spaces of a block scalar's line belong to its indentation, as far as the first line is indented.</summary>
    private static bool IsIndentation(ScalarNode scalar, string raw, int column, string text, int i)
    {
        if (raw[column] != ' ' || scalar.Form is ScalarForm.SingleQuoted or ScalarForm.DoubleQuoted)
        {
            return false;
        }

        for (var c = 0; c < column; c++)
        {
            if (raw[c] != ' ')
            {
                return false;
            }
        }

        // Only in leading space: it is indentation unless what follows in the value begins with as many spaces.
        var spacesLeft = 0;
        while (column + spacesLeft < raw.Length && raw[column + spacesLeft] == ' ')
        {
            spacesLeft++;
        }

        var spacesWanted = 0;
        while (i + spacesWanted < text.Length && text[i + spacesWanted] == ' ')
        {
            spacesWanted++;
        }

        return spacesLeft > spacesWanted;
    }
}
