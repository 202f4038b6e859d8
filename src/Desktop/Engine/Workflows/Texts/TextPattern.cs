using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>What the text functions look for: a regular expression, bounded in time, or a text as it stands.</summary>
internal static class TextPattern
{
    /// <summary>How long one expression may search, in seconds.</summary>
    public const int MaxSeconds = 2;

    /// <summary>Most characters of a text that is searched or made.</summary>
    public const int MaxCharacters = 16 * 1024 * 1024;

    public static Regex Of(FunctionArguments arguments)
    {
        var pattern = arguments.Text("pattern");
        var flags = arguments.TextOrNull("flags") ?? "";
        var options = RegexOptions.CultureInvariant
            | (flags.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : 0)
            | (flags.Contains('m', StringComparison.Ordinal) ? RegexOptions.Multiline : 0)
            | (flags.Contains('s', StringComparison.Ordinal) ? RegexOptions.Singleline : 0);
        try
        {
            return new Regex(arguments.Flag("literal") ? Regex.Escape(pattern) : pattern, options, TimeSpan.FromSeconds(MaxSeconds));
        }
        catch (RegexParseException wrong)
        {
            throw new WorkflowFaultException(Fault.Validation($"The argument 'pattern' is not a regular expression: {wrong.Message}"), wrong);
        }
    }

    /// <summary>The text to work on.</summary>
    public static string Subject(FunctionArguments arguments)
    {
        var text = arguments.Text("text");
        return text.Length <= MaxCharacters
            ? text
            : throw new WorkflowFaultException(Fault.Validation($"The argument 'text' has more than {MaxCharacters} characters."));
    }

    /// <summary>Searches; an expression that takes too long is a fault and not a run that stands still.</summary>
    public static T Bounded<T>(Func<T> search)
    {
        try
        {
            return search();
        }
        catch (RegexMatchTimeoutException slow)
        {
            throw new WorkflowFaultException(
                Fault.Timeout($"The pattern '{Shortened(slow.Pattern)}' searched for more than {MaxSeconds} s; write it so that it tries less."), slow);
        }
    }

    private static string Shortened(string pattern) => pattern.Length <= 100 ? pattern : pattern[..100] + "…";
}
