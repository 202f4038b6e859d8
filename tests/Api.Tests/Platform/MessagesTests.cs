using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Wolverine;
using Wolverine.Runtime;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A message that was stored is handled, whatever became of the process's memory of it.</summary>
[Trait("NoSecondGo", "races")]
public sealed class MessagesTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>As after a commit that succeeded while its connection broke: the row is there, owned by this process, in no queue.</summary>
    [Fact]
    public async Task a_stored_message_that_reached_no_queue_is_taken_up()
    {
        var runtime = (WolverineRuntime)server.Services.GetRequiredService<IWolverineRuntime>();
        var message = new RetryDispatch(Guid.CreateVersion7(), Guid.CreateVersion7());
        var envelope = runtime.RoutingFor(typeof(RetryDispatch)).RouteForPublish(message, null).Single();
        envelope.Status = EnvelopeStatus.Incoming;
        envelope.OwnerId = runtime.DurabilitySettings.AssignedNodeNumber;
        await runtime.Storage.Inbox.StoreIncomingAsync(envelope);

        var database = server.Services.GetRequiredService<NpgsqlDataSource>();
        await using var age = database.CreateCommand(
            $"update {EventStoreSetup.MessageSchema}.wolverine_incoming_envelopes set timestamp = now() - interval '1 minute' where id = $1");
        age.Parameters.AddWithValue(envelope.Id);
        (await age.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);

        var deadline = DateTime.UtcNow + Patience;
        while (await StatusOf(database, envelope.Id) != nameof(EnvelopeStatus.Handled))
        {
            DateTime.UtcNow.ShouldBeLessThan(deadline, "the message lies where it was stored");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string?> StatusOf(NpgsqlDataSource database, Guid id)
    {
        await using var command = database.CreateCommand($"select status from {EventStoreSetup.MessageSchema}.wolverine_incoming_envelopes where id = $1");
        command.Parameters.AddWithValue(id);
        return (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
