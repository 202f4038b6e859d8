using System.Text.Json;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Accounts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A restored copy serves, and gives no orders until it is released.</summary>
public sealed class HoldTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Release = "mutation($input: ReleaseServerInput!) { releaseServer(input: $input) { position operations { held { why } } } }";

    [Fact]
    public async Task a_restored_copy_turns_its_runners_away_until_an_administrator_releases_it()
    {
        var owner = Guid.CreateVersion7();
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        using var person = await server.ClientOf(owner);
        using var administrator = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);
        // As build/restore leaves it.
        await server.Scalar<bool>("insert into operations.hold (since, why) values (now(), 'Restored from a backup.') returning single_row");

        (await Should.ThrowAsync<Exception>(() => runner.Connect())).ToString().ShouldContain("503");
        var ready = await server.Anonymous().GetStringAsync("/health/ready");
        ready.ShouldContain("Restored from a backup.");
        (await person.Ask("{ runs { nodes { id } } }")).At("runs", "nodes").GetArrayLength().ShouldBe(0, "it can be looked at");
        (await administrator.Ask("{ operations { held { since why } } }")).Text("operations", "held", "why").ShouldBe("Restored from a backup.");
        (await person.AskRefused(Release, new { input = Input() })).ShouldBe("auth.forbidden");

        var released = await administrator.Ask(Release, new { input = Input() });
        released.At("releaseServer", "operations", "held").ValueKind.ShouldBe(JsonValueKind.Null);
        (await administrator.AskRefused(Release, new { input = Input() })).ShouldBe("server.not_held");
        (await server.Scalar<long>("select count(*) from jarvis.mt_events where type = 'ai.jarvis.operation.server-released.v1'")).ShouldBe(1);
        (await runner.Connect())["epoch"].ShouldNotBeNull();
    }

    [Fact]
    public void nothing_makes_keys_at_the_first_start_that_nobody_uses() =>
        server.Services.GetService<IDataProtectionProvider>().ShouldBeNull();

    private static object Input() => new { commandId = Guid.CreateVersion7(), reason = "It is the system from now on" };
}
