using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>Keys are forgotten where there are many; what was sealed under them is read all the same.</summary>
public sealed class VaultTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task what_is_read_together_is_clear_although_keys_that_were_at_hand_are_forgotten_meanwhile()
    {
        using var folder = new TemporaryFolder();
        var master = MasterKey.Load(folder.Path, null);
        var contents = new List<Content>();
        using (var vault = new Vault(server.Store, master))
        {
            for (var i = 0; i < 4; i++)
            {
                contents.Add(await vault.Seal(Guid.CreateVersion7(), Json.Of(i), CancellationToken.None));
            }
        }

        // The keys of the first three are at hand; loading that of the fourth is one too many.
        using var small = new Vault(server.Store, master) { MostCachedKeys = 3 };
        await small.Unseal(contents[..3], CancellationToken.None);

        var read = await small.Unseal(contents, CancellationToken.None);

        read.Select(content => content.Reveal()).ShouldBe([Json.Of(0), Json.Of(1), Json.Of(2), Json.Of(3)]);
    }
}
