using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>Reads back from the journal what happened in a run.</summary>
internal static class RunRecords
{
    /// <summary>Most runs that continue one another.</summary>
    public const int MaxContinuations = 100;

    /// <summary>The journal's entries as the interpreter wrote them; log and progress are of no use to it.</summary>
    public static IEnumerable<JournalEntry> Entries(Journal journal, Guid runId)
    {
        foreach (var item in journal.AllEvents(runId))
        {
            if (EventNames.TypeOf(item.Type) is { } type && type != typeof(ExecutionLogged) && type != typeof(ExecutionProgressed) && type != typeof(ExecutionBlobAttached))
            {
                yield return new JournalEntry(
                    (IExecutionEvent)JsonSerializer.Deserialize(item.Whole ?? item.Data, type, EventJson.Wire)!, item.Private is { } secret ? Json.Parse(secret) : null);
            }
        }
    }

    /// <summary>What a run finds done: its own record on top of that of the run it continues.</summary>
    /// <exception cref="WorkflowFaultException">The run it continues is not in this journal, or there are too many in a row.</exception>
    public static RecordedExecution Of(Journal journal, NewRun run)
    {
        var inherited = Inherited(journal, run, 0);
        return RecordedExecution.From(Entries(journal, run.RunId), inherited);
    }

    /// <summary>How a run ended, where it has.</summary>
    public static Ending? EndingOf(Journal journal, Guid runId)
    {
        if (journal.Find(runId) is not { HasEnded: true } run)
        {
            return null;
        }

        // Only answers to controls stand behind an end.
        var after = Math.Max(0, run.LastSequence - 100);
        foreach (var item in journal.ReadEvents(runId, after).Reverse())
        {
            if (EventNames.TypeOf(item.Type) is { } type && JsonSerializer.Deserialize(item.Whole ?? item.Data, type, EventJson.Wire) is { } end)
            {
                switch (end)
                {
                    case ExecutionCompleted completed:
                        var secret = item.Private is { } kept ? Json.Parse(kept) as JsonObject : null;
                        return new Ending.Completed(secret?["output"] ?? completed.Output?.Reveal() ?? Json.Null);
                    case ExecutionFaulted { Error: var error }:
                        var text = error.Text?.Reveal() as JsonObject;
                        return new Ending.Faulted(new Fault(
                            error.Type, error.Status, (text?["title"] as JsonString)?.Value, (text?["detail"] as JsonString)?.Value, error.Instance));
                    case ExecutionCancelled:
                        return new Ending.Cancelled();
                }
            }
        }

        return null;
    }

    /// <summary>
    /// The id of the run that a task of another run begins: always the same for the same task instance, so that a crash
    /// begins no second one. Its time is the parent's, its random part is made of both.
    /// </summary>
    public static Guid ChildId(Guid parent, string instance)
    {
        Span<byte> bytes = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{parent}{instance}"), bytes);
        parent.ToByteArray(bigEndian: true).AsSpan(0, 6).CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }

    /// <summary>
    /// Where a run works: its own folder, or, where it continues another, the folder that one worked in, because what its finished
    /// tasks left there is what the others go on with.
    /// </summary>
    public static string WorkFolder(Journal journal, JarvisHome home, NewRun run)
    {
        var first = run;
        for (var depth = 0; depth < MaxContinuations && first.Continues is { } continues && journal.Find(continues.RunId) is { } parent; depth++)
        {
            first = parent.Request;
        }

        return home.RunFolder(first.RunId);
    }

    internal static RecordedExecution? Inherited(Journal journal, NewRun run, int depth)
    {
        if (run.Continues is not { } continues)
        {
            return null;
        }

        if (depth == MaxContinuations)
        {
            throw new WorkflowFaultException(Fault.Configuration($"More than {MaxContinuations} runs continue one another; start it anew."));
        }

        if (journal.Find(continues.RunId) is not { } parent)
        {
            throw new WorkflowFaultException(Fault.Configuration($"The run {continues.RunId}, which this one continues, is not in the journal of this device."));
        }

        var recorded = RecordedExecution.From(Entries(journal, continues.RunId), Inherited(journal, parent.Request, depth + 1));
        if (continues.Done is not { } done)
        {
            return recorded.ForContinuation(continues.From, correctedInput: continues.Input is { } input ? Json.Parse(input) : null);
        }

        var instance = continues.From ?? recorded.FailedInstance
            ?? throw new WorkflowFaultException(Fault.Configuration("The run that is continued has no failed task that could be marked as done."));
        return recorded.ForContinuation(instance, new Domain.Workflows.Interpreter.MarkedDone(instance, Json.Parse(done.Output), done.By));
    }
}
