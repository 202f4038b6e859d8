using System.Net;
using Jarvis.Domain.Platform;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Brings the journal's blobs to the server, beside the events and never in their way: one at a time, in parts, for as long as it takes. What
/// the server has of one is asked of the server, so that a killed runner, a broken line or a restarted server cost a part at most.
/// </summary>
public sealed class UploadLoop(Journal journal, BlobFolder blobs, BlobApi api, DeviceTokens tokens, TimeProvider time, Action<string> tell)
{
    /// <summary>Content of one request, in bytes.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    /// <summary>How often an upload may find that it stands elsewhere than was thought before it is put off.</summary>
    private const int MaxCorrections = 5;

    /// <summary>Looks for uploads that were put off and are due.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    /// <summary>When the server said that there is no room, or that it has no such address yet.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Server away: soon again at first, then every minute.</summary>
    private readonly BackOff backOff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromMinutes(1));

    private enum Outcome { Done, Never, Later, Unreachable }

    /// <summary>Works until cancelled, or until the device is no longer paired.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && !tokens.Revoked)
        {
            var seen = journal.Version;
            if (journal.NextUpload(time.GetUtcNow()) is not { } next)
            {
                await More(seen, cancel);
                continue;
            }

            var (outcome, why) = await Upload(next.Blob, cancel);
            switch (outcome)
            {
                case Outcome.Done:
                    backOff.Reset();
                    await End(next, cancel);
                    break;
                case Outcome.Never:
                    tell($"A file of {next.Blob.Size} bytes will not reach the server: {why}.");
                    await End(next, cancel);
                    break;
                case Outcome.Later:
                    await journal.PutOffUpload(next, time.GetUtcNow() + (next.Attempts == 0 ? LongWait : Hour), why, cancel);
                    break;
                default:
                    await Task.Delay(backOff.Next(), time, cancel);
                    break;
            }
        }
    }

    private async Task End(PendingUpload upload, CancellationToken cancel)
    {
        if (!await journal.EndUpload(upload, cancel))
        {
            blobs.Remove(upload.Blob.Hash);
        }
    }

    private async Task<(Outcome, string Why)> Upload(BlobReference blob, CancellationToken cancel)
    {
        if (!blobs.Has(blob.Hash))
        {
            return (Outcome.Never, "it is no longer on this PC");
        }

        for (var corrections = 0; corrections < MaxCorrections; corrections++)
        {
            if (await tokens.Token(cancel) is not { } token)
            {
                return (Outcome.Unreachable, "");
            }

            var stands = await api.Head(blob, token, cancel);
            if (stands.Status is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
            {
                if (await Refused(stands, token, cancel) is { } ended)
                {
                    return ended;
                }

                continue;
            }

            if (stands.Complete)
            {
                return (Outcome.Done, "");
            }

            if (await Send(blob, stands.Offset ?? 0, cancel) is { } outcome)
            {
                return outcome;
            }
        }

        return (Outcome.Later, "it stands elsewhere again and again");
    }

    /// <returns>Null where the server must be asked anew how far it is.</returns>
    private async Task<(Outcome, string Why)?> Send(BlobReference blob, long offset, CancellationToken cancel)
    {
        await using var file = new FileStream(blobs.FileOf(blob.Hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, useAsync: true);
        if (file.Length != blob.Size)
        {
            return (Outcome.Never, "its file is damaged");
        }

        while (await tokens.Token(cancel) is { } token)
        {
            var length = Math.Min(PartBytes, blob.Size - offset);
            file.Position = offset;
            await using var part = new PartStream(file, length);
            var reply = await api.Patch(blob, offset, part, length, token, cancel);
            if (reply.Status is HttpStatusCode.Created or HttpStatusCode.OK)
            {
                return (Outcome.Done, "");
            }

            if (reply is not { Status: HttpStatusCode.NoContent, Offset: { } next })
            {
                return await Refused(reply, token, cancel);
            }

            backOff.Reset();
            offset = next;
        }

        return (Outcome.Unreachable, "");
    }

    private async Task<(Outcome, string Why)?> Refused(UploadReply reply, string token, CancellationToken cancel)
    {
        switch (reply.Status)
        {
            case HttpStatusCode.Unauthorized:
                return await tokens.Renew(token, cancel) ? null : (Outcome.Unreachable, reply.Reason);
            case HttpStatusCode.Conflict:
                // It stands elsewhere, or another request of ours has not ended there yet.
                await Task.Delay(reply.RetryAfter ?? TimeSpan.Zero, time, cancel);
                return null;
            case HttpStatusCode.Gone or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity:
                return (Outcome.Never, reply.Reason);
            case HttpStatusCode.InsufficientStorage or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Forbidden or HttpStatusCode.LengthRequired:
                return (Outcome.Later, reply.Reason);
            default:
                return (Outcome.Unreachable, reply.Reason);
        }
    }

    private async Task More(long seen, CancellationToken cancel)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        look.CancelAfter(Look);
        try
        {
            await journal.Changed(seen, look.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    /// <summary>A part of a file, which it leaves open.</summary>
    private sealed class PartStream(FileStream file, long length) : Stream
    {
        private long left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length { get; } = length;

        public override long Position
        {
            get => Length - left;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = left == 0 ? 0 : await file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            left -= read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = left == 0 ? 0 : file.Read(buffer, offset, (int)Math.Min(count, left));
            left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
