using Jarvis.Engine.Devices;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Devices;

public sealed class PairingTests : IAsyncDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly SimulatedServer server = new();
    private readonly List<PendingPairing> shown = [];

    [Fact]
    public async Task a_person_who_confirms_pairs_the_device()
    {
        server.PairingErrors.Enqueue("authorization_pending");
        var paired = (await Pair()).ShouldBeOfType<PairingEnd.Paired>();
        paired.Credentials.DeviceId.ShouldBe(server.DeviceId);
        new CredentialFile(home.Path).Load().ShouldBe(paired.Credentials);
        new CredentialFile(home.Path).LoadPending().ShouldBeNull();
        shown.ShouldHaveSingleItem().UserCode.ShouldBe("CODE-0001");
    }

    [Fact]
    public async Task slow_down_lengthens_the_interval_by_five_seconds()
    {
        server.PairingErrors.Enqueue("slow_down");
        (await Pair()).ShouldBeOfType<PairingEnd.Paired>();
        (server.PairingPolls[1] - server.PairingPolls[0]).ShouldBeGreaterThan(TimeSpan.FromSeconds(5.5));
    }

    [Fact]
    public async Task a_code_that_ran_out_is_replaced_by_a_new_one()
    {
        server.PairingErrors.Enqueue("expired_token");
        (await Pair()).ShouldBeOfType<PairingEnd.Paired>();
        shown.Select(pending => pending.UserCode).ShouldBe(["CODE-0001", "CODE-0002"]);
    }

    [Fact]
    public async Task a_person_who_denies_ends_it()
    {
        server.PairingErrors.Enqueue("access_denied");
        (await Pair()).ShouldBeOfType<PairingEnd.Refused>();
        new CredentialFile(home.Path).Load().ShouldBeNull();
    }

    [Fact]
    public async Task a_runner_started_again_goes_on_with_the_code_already_shown()
    {
        server.PairingErrors.Enqueue("authorization_pending");
        server.PairingErrors.Enqueue("authorization_pending");
        using (var crash = new CancellationTokenSource(TimeSpan.FromSeconds(1.5)))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => Pair(crash.Token));
        }

        (await Pair()).ShouldBeOfType<PairingEnd.Paired>();
        server.Pairings.ShouldBe(1);
        shown.Select(pending => pending.UserCode).ShouldBe(["CODE-0001", "CODE-0001"]);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        home.Dispose();
    }

    private async Task<PairingEnd> Pair(CancellationToken cancel = default)
    {
        if (server.Pairings == 0)
        {
            await server.Start();
        }

        using var api = new RunnerApi(server.Address);
        return await new Pairing(api, new CredentialFile(home.Path), TimeProvider.System).Pair("test", shown.Add, _ => { }, cancel);
    }
}
