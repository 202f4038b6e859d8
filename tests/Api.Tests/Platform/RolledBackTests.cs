using System.Text.Json;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Devices;
using Marten;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A save that is rolled back after it had taken its positions leaves marks there, which are no events and are of no time.</summary>
public sealed class RolledBackTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task what_it_leaves_stands_in_no_history_and_moves_no_instant()
    {
        var before = DateTimeOffset.UtcNow.AddDays(-1);
        for (var i = 0; i < 5; i++)
        {
            await Should.ThrowAsync<Exception>(RollBack);
        }

        (await Eventually.Be(() => server.Scalar<long>("select count(*) from jarvis.mt_events where type = 'tombstone'"), marks => marks >= 5)).ShouldBeGreaterThanOrEqualTo(5);
        await using var runs = await RunsOfAPerson.Make(server);
        await runs.Begin();
        await Eventually.Be(() => runs.Person.Client.Ask("{ runs { nodes { status } } }"), data => data.At("runs", "nodes").GetArrayLength() > 0);

        using var administrator = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);
        var history = (await administrator.GetStringAsync(new Uri("/audit/events", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        history.ShouldNotBeEmpty();
        history.ShouldAllBe(line => JsonDocument.Parse(line, default).RootElement.GetProperty("type").GetString() != "tombstone");
        (await runs.Person.Client.Ask("query($at: DateTime) { runs(asOf: { instant: $at }) { asOf } }", new { at = before })).Text("runs", "asOf").ShouldBe("0");
    }

    private async Task RollBack()
    {
        await using var session = server.Store.LightweightSession();
        session.Events.StartStream<Device>(Guid.CreateVersion7(), new DeviceCapabilitiesReported(1, new DeviceCapabilities(["a"], [], false, false, null, null, null), DateTimeOffset.UnixEpoch));
        session.QueueSqlCommand("select 1 / 0");
        await session.SaveChangesAsync();
    }
}
