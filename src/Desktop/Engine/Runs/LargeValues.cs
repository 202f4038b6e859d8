using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>Moves values that are too large for an event into blobs.</summary>
internal sealed class LargeValues(BlobFolder blobs)
{
    /// <summary>Largest value that stands in an event itself, in bytes of JSON.</summary>
    public const int MaxInlineBytes = 64 * 1024;

    /// <summary>The event with references in place of its large values.</summary>
    public IExecutionEvent Trim(IExecutionEvent item) => item switch
    {
        ExecutionStarted e => e with { Input = Trim(e.Input) },
        ExecutionCompleted e => e with { Output = Trim(e.Output) },
        ExecutionFaulted e => e with { Error = e.Error with { Text = Trim(e.Error.Text) } },
        ExecutionTaskStarted e => e with { Arguments = Trim(e.Arguments) },
        ExecutionTaskFaulted e => e with { Error = e.Error with { Text = Trim(e.Error.Text) } },
        ExecutionTaskCompleted e => e with { Output = Trim(e.Output), Context = Trim(e.Context) },
        ExecutionVariablesChanged e => e with { Changed = TrimMembers(e.Changed) },
        _ => item,
    };

    /// <summary>The event without what may be large in how something began or failed; nothing is written for it.</summary>
    public static IExecutionEvent Without(IExecutionEvent item) => item switch
    {
        ExecutionStarted e => e with { Input = null },
        ExecutionFaulted e => e with { Error = e.Error with { Text = null } },
        ExecutionTaskStarted e => e with { Arguments = null },
        ExecutionTaskFaulted e => e with { Error = e.Error with { Text = null } },
        _ => item,
    };

    private Content? Trim(Content? content)
    {
        if (content?.Reveal() is not { } value)
        {
            return content;
        }

        var bytes = value.ToUtf8Bytes();
        return bytes.Length > MaxInlineBytes ? Content.Of(blobs.Keep(bytes, BlobFolder.JsonType)) : content;
    }

    /// <summary>Of an object, its largest members go first, so that a reader still sees the names of all.</summary>
    private Content TrimMembers(Content content)
    {
        if (content.Reveal() is not JsonObject members)
        {
            return content;
        }

        var total = members.ToUtf8Bytes().Length;
        foreach (var (name, bytes) in members.Members.Select(m => (m.Key, Bytes: m.Value.ToUtf8Bytes())).OrderByDescending(m => m.Bytes.Length).ToList())
        {
            if (total <= MaxInlineBytes || bytes.Length < 1024)
            {
                break;
            }

            members = members.With(name, blobs.Keep(bytes, BlobFolder.JsonType));
            total -= bytes.Length;
        }

        return Trim(Content.Of(members))!;
    }
}
