using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;

namespace Jarvis.Engine.Runs;

/// <summary>What an engine works with.</summary>
public sealed record EngineSettings(JarvisHome Home)
{
    /// <summary>Runs that execute at once; others wait in order. Runs begun by a run do not count.</summary>
    public int MaxConcurrentRuns { get; init; } = 16;

    /// <summary>Runs that may wait for their turn.</summary>
    public int MaxWaitingRuns { get; init; } = 10_000;

    /// <summary>Where large values go; a run that no server hears of keeps them apart.</summary>
    public string BlobFolder { get; init; } = Home.BlobFolder;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public FunctionCatalog Functions { get; init; } = FunctionCatalog.Standard;

    /// <summary>Pictures the screen when a run that is submitted fails; null for never.</summary>
    public Func<CancellationToken, Task<byte[]>>? ScreenOnFault { get; init; } = Workflows.Screens.SystemScreen.OnFault() is { } screen ? screen.Take : null;

    /// <summary>Finds the definition that <c>run: workflow</c> names; without it, the folder of the run's own file is searched.</summary>
    public Func<NewRun, WorkflowReference, CancellationToken, Task<string?>>? FindWorkflow { get; init; }

    /// <summary>
    /// Whether the journal is shared with other processes: controls that they were asked are looked for, and runs of
    /// processes that died are taken over.
    /// </summary>
    public bool SharesJournal { get; init; }

    /// <summary>Whether unended runs of other owners that died are taken over. One process of a home does so: the runner.</summary>
    public bool TakesOver { get; init; }

    /// <summary>Called with every log line of every run, for whoever looks on.</summary>
    public Action<Guid, LogLine, string>? OnLine { get; init; }
}
