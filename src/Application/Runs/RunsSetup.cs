using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>Runs: two streams per run, who has it, and the conversation that gets it to a device and to its end.</summary>
public static class RunsSetup
{
    public static void SetUpRuns(this StoreOptions options)
    {
        options.Projections.Add(new RunFold(), ProjectionLifecycle.Live);
        // The ingest path asks whose a run is; the answer never changes once granted.
        options.Schema.For<RunGrant>().Identity(grant => grant.Id);
        // A retry asks whether another goes on from the same failed task.
        options.Schema.For<RunContinued>().Identity(run => run.Id);
        // Dispatch asks how many runs of a workflow may be under way.
        options.Schema.For<WorkflowRule>().Identity(rule => rule.Id);
        // Dispatch asks for an owner's waiting runs and for the load of a device; ended ones are deleted, so both stay small.
        options.Schema.For<RunDispatch>().Identity(run => run.Id)
            // As the bus keeps its conversations.
            .UseNumericRevisions(true)
            .Duplicate(run => run.OwnerId)
            .Duplicate(run => run.DeviceId)
            .Duplicate(run => run.IsWaiting)
            // Whether anything waits is asked at the end of every run, and the rows of those that ended stand there until they are vacuumed.
            .Index(run => new { run.OwnerId, run.IsWaiting });
    }
}

public sealed class RunFold() : Fold<Run>(Run.Evolve);

/// <summary>Which device has a run. Written when it is granted, or when it began on a PC.</summary>
public sealed record RunGrant(Guid Id, Guid OwnerId, Guid DeviceId);

/// <summary>Which run went on last from a failed task: of the run whose id it has, or of one that had gone on from that.</summary>
public sealed record RunContinued(Guid Id, Guid ByRunId);

/// <summary>Bounds of runs.</summary>
public static class RunLimits
{
    /// <summary>Runs that one device is given at once; further ones wait.</summary>
    public const int AtOncePerDevice = 16;

    /// <summary>A pending run fails when no device took it for so long.</summary>
    public static readonly TimeSpan DispatchTime = TimeSpan.FromHours(24);

    /// <summary>A control expires after this unless it took effect, while its device is in touch.</summary>
    public static readonly TimeSpan ControlTime = TimeSpan.FromSeconds(60);

    /// <summary>And after this where the device could not be reached when it was asked.</summary>
    public static readonly TimeSpan ControlTimeOffline = TimeSpan.FromMinutes(15);

    public const int DefaultGraceSeconds = 10;

    public const int MaxGraceSeconds = 300;

    /// <summary>JSON bytes of a run's input.</summary>
    public const int MaxInputBytes = 1024 * 1024;

    /// <summary>Waiting runs without a place that are looked at when something changed: what they wait for may be another thing by now.</summary>
    public const int MaxWaitingLookedAt = 64;

    /// <summary>Of them, of one workflow.</summary>
    public const int MaxWaitingLookedAtPerWorkflow = 16;

    /// <summary>The most that a limit of a device or a workflow may allow at once.</summary>
    public const int MaxAtOnce = 256;

    /// <summary>Runs of one device that are paused or resumed by one instruction.</summary>
    public const int MaxControlledAtOnce = 500;
}
