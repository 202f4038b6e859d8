using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Writes execution events in their wire form. It gives the same bytes as the serializer with <see cref="EventJson.Wire"/>
/// (a test holds it to that), without the serializer's start-up and reflection: this is done several times for each task.
/// </summary>
internal sealed class ExecutionEventWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = Json.MaxDepth,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Utf8JsonWriter writer;

    public ExecutionEventWriter() => writer = new Utf8JsonWriter(buffer, Options);

    public static DateTimeOffset OccurredAt(IExecutionEvent item) => item switch
    {
        ExecutionStarted e => e.StartedAt,
        ExecutionSuspended e => e.SuspendedAt,
        ExecutionResumed e => e.ResumedAt,
        ExecutionCancelled e => e.CancelledAt,
        ExecutionFaulted e => e.FaultedAt,
        ExecutionCompleted e => e.CompletedAt,
        ExecutionTaskCreated e => e.CreatedAt,
        ExecutionTaskStarted e => e.StartedAt,
        ExecutionTaskSuspended e => e.SuspendedAt,
        ExecutionTaskResumed e => e.ResumedAt,
        ExecutionTaskRetried e => e.RetriedAt,
        ExecutionTaskCancelled e => e.CancelledAt,
        ExecutionTaskFaulted e => e.FaultedAt,
        ExecutionTaskCompleted e => e.CompletedAt,
        ExecutionProgressed e => e.At,
        ExecutionLogged e => e.Lines.Count > 0 ? e.Lines[0].At : DateTimeOffset.UnixEpoch,
        ExecutionVariablesChanged e => e.At,
        ExecutionBlobAttached e => e.At,
        ExecutionControlAcknowledged e => e.At,
        ExecutionControlTookEffect e => e.At,
        _ => throw new ArgumentException($"{item.GetType().Name} is not known to the engine's writer.", nameof(item)),
    };

    /// <summary>Not for several threads at once.</summary>
    public byte[] Write(IExecutionEvent item)
    {
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartObject();
        Members(item);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => writer.Dispose();

    private void Members(IExecutionEvent item)
    {
        switch (item)
        {
            case ITaskEvent task:
                writer.WriteString("task"u8, task.Task);
                writer.WriteString("instance"u8, task.Instance);
                TaskMembers(task);
                break;
            case ExecutionStarted e:
                writer.WriteString("name"u8, e.Name);
                writer.WriteStartObject("definition"u8);
                writer.WriteString("namespace"u8, e.Definition.Namespace);
                writer.WriteString("name"u8, e.Definition.Name);
                writer.WriteString("version"u8, e.Definition.Version);
                writer.WriteEndObject();
                writer.WriteString("startedAt"u8, e.StartedAt);
                Value("input"u8, e.Input);
                if (e.Local is { } local)
                {
                    writer.WriteStartObject("local"u8);
                    writer.WriteString("definitionHash"u8, local.DefinitionHash);
                    Value("definition"u8, local.Definition);
                    writer.WriteEndObject();
                }

                if (e.ContinuesRunId is { } parent)
                {
                    writer.WriteString("continuesRunId"u8, parent);
                }

                break;
            case ExecutionSuspended e:
                Named(e.Name, "suspendedAt"u8, e.SuspendedAt);
                break;
            case ExecutionResumed e:
                Named(e.Name, "resumedAt"u8, e.ResumedAt);
                break;
            case ExecutionCancelled e:
                Named(e.Name, "cancelledAt"u8, e.CancelledAt);
                break;
            case ExecutionFaulted e:
                Named(e.Name, "faultedAt"u8, e.FaultedAt);
                Error(e.Error);
                break;
            case ExecutionCompleted e:
                Named(e.Name, "completedAt"u8, e.CompletedAt);
                Value("output"u8, e.Output);
                break;
            case ExecutionProgressed e:
                writer.WriteNumber("percent"u8, e.Percent);
                writer.WriteStartArray("current"u8);
                foreach (var pointer in e.Current)
                {
                    writer.WriteStringValue(pointer);
                }

                writer.WriteEndArray();
                writer.WriteString("at"u8, e.At);
                break;
            case ExecutionLogged e:
                writer.WriteStartArray("lines"u8);
                foreach (var line in e.Lines)
                {
                    writer.WriteStartObject();
                    writer.WriteString("at"u8, line.At);
                    writer.WriteString("severity"u8, line.Severity switch
                    {
                        LogSeverity.Debug => "debug"u8,
                        LogSeverity.Info => "info"u8,
                        LogSeverity.Warning => "warning"u8,
                        _ => "error"u8,
                    });
                    Text("instance"u8, line.Instance);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                Value("texts"u8, e.Texts);
                break;
            case ExecutionBlobAttached e:
                Text("task"u8, e.Task);
                Text("instance"u8, e.Instance);
                writer.WriteString("at"u8, e.At);
                writer.WriteStartObject("blob"u8);
                writer.WriteString("hash"u8, e.Blob.Hash);
                writer.WriteNumber("size"u8, e.Blob.Size);
                writer.WriteString("type"u8, e.Blob.Type);
                writer.WriteEndObject();
                writer.WriteString("purpose"u8, e.Purpose == BlobPurpose.Screenshot ? "screenshot"u8 : "file"u8);
                break;
            case ExecutionControlAcknowledged e:
                Control(e.ControlId, e.Kind, e.At);
                break;
            case ExecutionControlTookEffect e:
                Control(e.ControlId, e.Kind, e.At);
                Text("outcome"u8, e.Outcome);
                break;
            default:
                throw new ArgumentException($"{item.GetType().Name} is not known to the engine's writer.", nameof(item));
        }
    }

    private void TaskMembers(ITaskEvent item)
    {
        switch (item)
        {
            case ExecutionTaskCreated e:
                writer.WriteString("name"u8, e.Name);
                writer.WriteString("kind"u8, e.Kind);
                writer.WriteString("createdAt"u8, e.CreatedAt);
                break;
            case ExecutionTaskStarted e:
                writer.WriteString("startedAt"u8, e.StartedAt);
                Value("arguments"u8, e.Arguments);
                break;
            case ExecutionTaskSuspended e:
                writer.WriteString("suspendedAt"u8, e.SuspendedAt);
                if (e.Until is { } until)
                {
                    writer.WriteString("until"u8, until);
                }

                break;
            case ExecutionTaskResumed e:
                writer.WriteString("resumedAt"u8, e.ResumedAt);
                break;
            case ExecutionTaskRetried e:
                writer.WriteString("retriedAt"u8, e.RetriedAt);
                writer.WriteNumber("attempt"u8, e.Attempt);
                break;
            case ExecutionTaskCancelled e:
                writer.WriteString("cancelledAt"u8, e.CancelledAt);
                break;
            case ExecutionTaskFaulted e:
                writer.WriteString("faultedAt"u8, e.FaultedAt);
                Error(e.Error);
                break;
            case ExecutionTaskCompleted e:
                writer.WriteString("completedAt"u8, e.CompletedAt);
                Value("output"u8, e.Output);
                Value("context"u8, e.Context);
                Text("then"u8, e.Then);
                if (e.By is { } by)
                {
                    writer.WriteString("by"u8, by);
                }

                break;
            case ExecutionVariablesChanged e:
                writer.WriteString("at"u8, e.At);
                Value("changed"u8, e.Changed);
                Value("removed"u8, e.Removed);
                break;
            default:
                throw new ArgumentException($"{item.GetType().Name} is not known to the engine's writer.", nameof(item));
        }
    }

    private void Named(string name, ReadOnlySpan<byte> timeKey, DateTimeOffset time)
    {
        writer.WriteString("name"u8, name);
        writer.WriteString(timeKey, time);
    }

    private void Control(Guid controlId, ControlKind kind, DateTimeOffset at)
    {
        writer.WriteString("controlId"u8, controlId);
        writer.WriteString("kind"u8, kind switch
        {
            ControlKind.Pause => "pause"u8,
            ControlKind.Resume => "resume"u8,
            _ => "cancel"u8,
        });
        writer.WriteString("at"u8, at);
    }

    private void Error(FaultError error)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, error.Type);
        writer.WriteNumber("status"u8, error.Status);
        Text("instance"u8, error.Instance);
        Value("text"u8, error.Text);
        writer.WriteEndObject();
    }

    private void Text(ReadOnlySpan<byte> key, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(key, text);
        }
    }

    private void Value(ReadOnlySpan<byte> key, Content? content)
    {
        if (content is null)
        {
            return;
        }

        writer.WritePropertyName(key);
        (content.Reveal() ?? throw new InvalidOperationException("On the PC the content of an event is clear.")).WriteTo(writer);
    }
}
