using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>A failed task instance that a person settled by giving its output.</summary>
/// <param name="By">Account of the person.</param>
public sealed record MarkedDone(string Instance, Json Output, Guid By);

/// <summary>
/// What already happened in a run: a fold of its journal, from which the interpreter answers instead of doing it again.
/// </summary>
public sealed class RecordedExecution
{
    private RecordedExecution()
    {
    }

    /// <summary>Nothing happened yet.</summary>
    public static RecordedExecution Empty { get; } = new();

    /// <summary>Folds a run's own journal, on top of what it inherited from the run it continues.</summary>
    public static RecordedExecution From(IEnumerable<JournalEntry> entries, RecordedExecution? inherited = null) =>
        throw new NotSupportedException();

    /// <summary>
    /// What a continuing run inherits of this one: finished instances stay finished; everything else, the failed
    /// task among it, is to be done (again), except for what a person marked as done.
    /// </summary>
    public RecordedExecution ForContinuation(MarkedDone? done = null) => throw new NotSupportedException();
}
