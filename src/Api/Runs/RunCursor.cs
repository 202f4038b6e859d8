using System.Globalization;
using Jarvis.Api.Platform.GraphQL;

namespace Jarvis.Api.Runs;

/// <summary>
/// A place in the events of one run: how far each of its two streams was seen. Events of one run are told at commit, and two streams commit
/// independently, so one number could not say it.
/// </summary>
public readonly record struct RunCursor(long Run, long Execution)
{
    public static readonly RunCursor Start = new(0, 0);

    public Cursor ToCursor() => Cursor.Of(string.Create(CultureInfo.InvariantCulture, $"r{Run}e{Execution}"));

    /// <exception cref="RefusalError"><c>cursor.invalid</c>.</exception>
    public static RunCursor From(Cursor? cursor, string field = "after")
    {
        if (cursor is not { } given)
        {
            return Start;
        }

        return given.Place() is ['r', .. var rest] && rest.Split('e') is [var run, var execution]
            && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var r)
            && long.TryParse(execution, NumberStyles.None, CultureInfo.InvariantCulture, out var e)
                ? new RunCursor(r, e)
                : throw new RefusalError(new Domain.Platform.Refusal("cursor.invalid", "The cursor is not one of this view.", field));
    }

    /// <summary>The place behind an event.</summary>
    public RunCursor Past(bool isExecution, long version) => isExecution ? this with { Execution = version } : this with { Run = version };
}
