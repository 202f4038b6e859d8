using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary><c>try</c>: catching, retrying with back-off, handling.</summary>
internal sealed partial class Walk
{
    /// <summary>The longest that a back-off grows.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromDays(1);

    /// <summary>Older spelling of the standard error types, which the specification's own conformance tests use.</summary>
    private const string FormerTypes = "https://serverlessworkflow.io/dsl/errors/types/";

    private async Task<Step> Try(TaskDefinition.Try task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        await Begin(frame, flush: true);
        var clause = task.Catch;
        var context = frame.Lane.Context;
        var attemptStartedAt = frame.StartedAt;
        for (var attempt = 1; ; attempt++)
        {
            if (known?.Retries.TryGetValue(attempt, out var decided) == true)
            {
                frame.Lane.Context = decided.Context ?? frame.Lane.Context;
                attemptStartedAt = decided.BegunAt ?? await Back(frame, attempt, decided.Due, cancellation);
                continue;
            }

            Fault fault;
            try
            {
                return await Limited(clause.Retry?.AttemptDuration, frame, attemptStartedAt, $"Attempt {attempt} of {task.Name}", limited =>
                    RunList(task.Tasks, $"{frame.Instance}/try{Repetition(attempt)}", frame.Input, frame.Lane, frame.Locals, limited), cancellation);
            }
            catch (WorkflowFaultException e) when (e.Fault.Type != FaultTypes.Interrupted)
            {
                fault = e.Fault.At(task.Pointer);
            }

            stop.ThrowIfCancellationRequested();
            var locals = frame.Locals.SetItem(clause.As, Describe(fault));
            if (!Catches(clause, fault, frame, locals, cancellation))
            {
                throw new WorkflowFaultException(fault);
            }

            if (clause.Retry is { } policy && NextAttempt(policy, attempt, frame, locals, cancellation) is { } due)
            {
                var changed = ReferenceEquals(context, frame.Lane.Context) ? null : frame.Lane.Context;
                await DecideRetry(frame, attempt, due, changed);
                host.Log(LogSeverity.Warning, Mask.Apply($"{task.Name}: attempt {attempt} failed ({fault.Title ?? fault.Type}{(fault.Detail is null ? "" : ": " + fault.Detail)}). The next begins at {due:O}."), frame.Instance);
                attemptStartedAt = await Back(frame, attempt, due, cancellation);
                continue;
            }

            if (clause.Do is { } handler)
            {
                return await RunList(handler, frame.Instance + "/catch/do", frame.Input, frame.Lane, locals, cancellation);
            }

            // A retry that is used up has not mended anything: without a handler the error goes on.
            return clause.Retry is null ? new Step(frame.Input, null) : throw new WorkflowFaultException(fault);
        }
    }

    private Task DecideRetry(Frame frame, int attempt, DateTimeOffset due, Json? context)
    {
        var hidden = Json.Of(("retry", attempt));
        frame.Pending.Add(new JournalEntry(
            new ExecutionTaskSuspended(frame.Pointer, frame.Instance, host.Now, due),
            context is null ? hidden : ((JsonObject)hidden).With("context", context)));
        return recorder.Flush(frame, durable: true);
    }

    /// <summary>Waits until the next attempt may begin, and notes that it does.</summary>
    private async Task<DateTimeOffset> Back(Frame frame, int attempt, DateTimeOffset due, CancellationToken cancellation)
    {
        await host.Until(due, frame.Pointer, frame.Instance, cancellation);
        var now = host.Now;
        frame.Pending.Add(new JournalEntry(new ExecutionTaskRetried(frame.Pointer, frame.Instance, now, attempt + 1), null));
        await recorder.Flush(frame, durable: true);
        return now;
    }

    private static bool Catches(
        CatchClause clause, Fault fault, Frame frame, System.Collections.Immutable.ImmutableDictionary<string, Json> locals, CancellationToken cancellation) =>
        (clause.Errors is not { } filter || Matches(filter, fault))
        && (clause.When is not { } when || frame.Holds(when, frame.Input, locals, cancellation))
        && (clause.ExceptWhen is not { } except || !frame.Holds(except, frame.Input, locals, cancellation));

    private static bool Matches(ErrorFilter filter, Fault fault) =>
        (filter.Type is null || Modern(filter.Type) == Modern(fault.Type))
        && (filter.Status is null || filter.Status == fault.Status)
        && (filter.Title is null || filter.Title == fault.Title)
        && (filter.Detail is null || filter.Detail == fault.Detail)
        && (filter.Instance is null || filter.Instance == fault.Instance);

    private static string Modern(string type) =>
        type.StartsWith(FormerTypes, StringComparison.Ordinal) ? FaultTypes.Standard + type[FormerTypes.Length..] : type;

    /// <summary>When the attempt after this one begins; null where the policy gives no further attempt.</summary>
    private DateTimeOffset? NextAttempt(
        RetryPolicy policy, int attempt, Frame frame, System.Collections.Immutable.ImmutableDictionary<string, Json> locals, CancellationToken cancellation)
    {
        if (attempt > (policy.Attempts ?? RetryPolicy.MaxRetries)
            || (policy.When is { } when && !frame.Holds(when, frame.Input, locals, cancellation))
            || (policy.ExceptWhen is { } except && frame.Holds(except, frame.Input, locals, cancellation)))
        {
            return null;
        }

        var delay = policy.Delay is { } d ? frame.Evaluate(d, cancellation) : TimeSpan.Zero;
        var factor = policy.Backoff switch
        {
            Backoff.Linear => attempt,
            Backoff.Exponential => Math.Pow(2, Math.Min(attempt - 1, 40)),
            _ => 1.0,
        };
        delay = TimeSpan.FromMilliseconds(Math.Min(delay.TotalMilliseconds * factor, MaxBackoff.TotalMilliseconds));
        if (policy is { JitterFrom: { } from, JitterTo: { } to })
        {
            var least = frame.Evaluate(from, cancellation);
            var range = frame.Evaluate(to, cancellation) - least;
            delay += least + (range > TimeSpan.Zero ? range * Chance() : TimeSpan.Zero);
        }

        var due = host.Now + delay;
        return policy.Duration is { } whole && due > frame.StartedAt + frame.Evaluate(whole, cancellation) + host.PausedSince(frame.StartedAt) ? null : due;
    }

    /// <summary>A number from 0 to 1, drawn from the host's ids because the Domain has no chance of its own; what comes of it is recorded.</summary>
    private double Chance()
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(host.NewId()));
        return BitConverter.ToUInt32(hash) / (double)uint.MaxValue;
    }

    /// <summary>The error as expressions see it.</summary>
    private static JsonObject Describe(Fault fault) => new(new[]
        {
            ("type", Json.Of(fault.Type)),
            ("status", Json.Of(fault.Status)),
            ("title", Json.Of(fault.Title)),
            ("detail", Json.Of(fault.Detail)),
            ("instance", Json.Of(fault.Instance)),
        }
        .Where(part => part.Item2 is not JsonNull)
        .Select(part => KeyValuePair.Create(part.Item1, part.Item2)));
}
