using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Documents;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Documents;

/// <summary>Makes content that the person brought (<c>PUT /blobs/sha256/{hash}</c>) a file. A new picture of a person takes the place of the old one.</summary>
public sealed record StoreFile(FileKind Kind, string Name, string Hash) : Instruction
{
    public const int NameMaxCharacters = 200;

    public sealed class Validator : AbstractValidator<StoreFile>
    {
        public Validator()
        {
            RuleFor(command => command.Name).NotEmpty().MaximumLength(NameMaxCharacters);
            RuleFor(command => command.Hash).Must(BlobReference.IsHash).WithMessage(BlobRefusals.HashInvalid.Message);
        }
    }
}

public static class StoreFileHandler
{
    public static async Task<KeptAnswer> Handle(StoreFile command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var owner = envelope.Owner;
        var now = clock.GetUtcNow();
        if (await session.LoadAsync<KeptBlob>(new BlobKey(owner, command.Hash).Path, cancellation) is not { IsRemoved: false } blob)
        {
            return await session.Refuse(command, FileRefusals.NoContent, cancellation);
        }

        var name = await vault.Seal(owner, Json.Of(command.Name.Trim()), cancellation);
        var decision = StoredFile.Store(
            owner, command.Kind, name, new BlobReference(blob.Hash, blob.Size, blob.Type), envelope.Actor, await vault.SealText(owner, envelope.Reason, cancellation), now);
        if (decision.Refusal is { } refusal)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        if (command.Kind == FileKind.Avatar)
        {
            foreach (var old in await session.Query<KeptFile>().Where(file => file.OwnerId == owner && file.Kind == FileKind.Avatar).ToListAsync(cancellation))
            {
                var stream = await session.Events.FetchForWriting<StoredFile>(old.Id, cancellation);
                stream.AppendMany(stream.Aggregate!.Remove(FileRemoval.Replaced, envelope.Actor, null, now).Events);
                session.Delete<KeptFile>(old.Id);
            }
        }

        var id = Guid.CreateVersion7(now);
        session.Events.StartStream<StoredFile>(id, decision.Events);
        session.Insert(new KeptFile
        {
            Id = id, OwnerId = owner, Kind = command.Kind, Name = name, Hash = blob.Hash, Size = blob.Size, Type = blob.Type, StoredAt = now,
        });
        return session.Answer(command, id, version: 1);
    }
}
