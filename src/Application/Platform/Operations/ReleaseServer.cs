using Jarvis.Domain.Platform;
using Marten;
using Npgsql;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Lets a restored copy act outward from here on. Whoever asks has been checked to be an administrator.</summary>
public sealed record ReleaseServer : Instruction;

/// <summary>The event and the end of the hold are one transaction.</summary>
public static class ReleaseServerHandler
{
    /// <summary>One row while the server is held.</summary>
    public const string Table = "operations.hold";

    public static async Task<KeptAnswer> Handle(ReleaseServer command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var actor = command.Envelope.Actor;
        var reason = await vault.SealText(actor, command.Envelope.Reason, cancellation);
        await session.BeginTransactionAsync(cancellation);
        await using var release = new NpgsqlCommand($"delete from {Table}", session.Connection!);
        if (await release.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return await session.Refuse(command, OperationRefusals.NotHeld, cancellation);
        }

        var operation = Guid.CreateVersion7();
        session.Events.StartStream<Operation>(operation, new ServerReleased(actor, actor, clock.GetUtcNow(), reason));
        return session.Answer(command, operation, version: 1);
    }
}
