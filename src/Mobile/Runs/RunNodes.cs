using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Runs;

/// <summary>How a task of a definition is named on screen, from its pointer (<c>/do/1/for/do/0/send</c>) or that of one of its executions.</summary>
public static class RunNodes
{
    /// <summary>The task's own name, with which time it is where it repeats: <c>send #3</c>.</summary>
    public static string Name(string pointer)
    {
        var last = pointer[(pointer.LastIndexOf('/') + 1)..];
        var at = last.IndexOf('@', StringComparison.Ordinal);
        return JsonPointer.Unescape(at < 0 ? last : last[..at]) + Times(pointer);
    }

    /// <summary>How deep a task lies: 0 for one of the first level.</summary>
    public static int Depth(string pointer) => Math.Max(0, pointer.Split('/').Count(part => part is "do" or "for" or "try" or "catch" or "branches" || part.StartsWith("do@", StringComparison.Ordinal)) - 1);

    // An instance carries @n behind every segment that repeats; what repeats innermost says most.
    private static string Times(string pointer)
    {
        var at = pointer.LastIndexOf('@');
        if (at < 0)
        {
            return "";
        }

        var end = pointer.IndexOf('/', at);
        var number = end < 0 ? pointer[(at + 1)..] : pointer[(at + 1)..end];
        return number.Length > 0 && number.All(char.IsAsciiDigit) ? " #" + number : "";
    }
}
