using Jarvis.Application.Platform;
using Jarvis.Domain.Documents;
using Marten;

namespace Jarvis.Application.Documents;

/// <summary>The file is there no more. Its content goes with the next collection, unless something else names it.</summary>
public sealed record RemoveFile(Guid FileId) : Instruction;

public static class RemoveFileHandler
{
    public static async Task<KeptAnswer> Handle(RemoveFile command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<StoredFile>(command.FileId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { IsRemoved: false } file || file.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, FileRefusals.NotFound, cancellation);
        }

        session.Delete<KeptFile>(command.FileId);
        var reason = await vault.SealText(file.OwnerId, envelope.Reason, cancellation);
        return await session.Settle(command, stream, file.Remove(FileRemoval.Asked, envelope.Actor, reason, clock.GetUtcNow()), cancellation);
    }
}
