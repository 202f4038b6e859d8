using System.Buffers;
using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>Seals what runners hand in, before it waits for its commit.</summary>
public sealed class SubmissionSealing(IDocumentStore store, Vault vault, ILogger<SubmissionSealing> log)
{
    /// <summary>The same batch with its contents sealed for its owner; null where the owner's key cannot be read at the moment.</summary>
    public async Task<Submission?> Seal(Submission submission, CancellationToken cancellation)
    {
        try
        {
            using var sealer = await vault.SealerOf(submission.OwnerId, cancellation);
            var serializer = store.Options.Serializer();
            var buffer = new ArrayBufferWriter<byte>(1024);
            var events = new RunnerEvent[submission.Events.Count];
            for (var i = 0; i < events.Length; i++)
            {
                var data = (IExecutionEvent)sealer.SealEvent(submission.Events[i].Data);
                buffer.ResetWrittenCount();
                serializer.WriteTo(buffer, data);
                events[i] = submission.Events[i] with { Data = data, Stored = buffer.WrittenSpan.ToArray() };
            }

            return submission with { Events = events };
        }
        catch (NpgsqlException exception)
        {
            log.LogWarning(exception, "The key of owner {Owner} cannot be read", submission.OwnerId);
            return null;
        }
    }
}
