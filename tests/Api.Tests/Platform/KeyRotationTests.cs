using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>The master key is changed: what was sealed is read, what was hashed is found, and the old key opens nothing any more.</summary>
public sealed class KeyRotationTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_rotated_key_reads_what_was_sealed_and_the_old_one_no_longer_does()
    {
        using var folder = new TemporaryFolder();
        var old = MasterKey.Load(folder.Path, null);
        var (one, erased) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Content content;
        using (var vault = new Vault(server.Store, old))
        {
            content = await vault.Seal(one, Json.Of("mine"), CancellationToken.None);
            await vault.Seal(erased, Json.Of("gone"), CancellationToken.None);
            await vault.Destroy(erased, CancellationToken.None);
        }

        // As a crash between the steps leaves it: some keys new, some old, and the file knows both.
        var between = MasterKey.BeginRotation(folder.Path);
        (await Read(between, content)).ShouldBe("mine");
        using (var vault = new Vault(server.Store, MasterKey.BeginRotation(folder.Path)))
        {
            (await vault.WrapAnew(CancellationToken.None)).ShouldBe(1);
        }

        MasterKey.EndRotation(folder.Path);
        var now = MasterKey.Load(folder.Path, null);

        now.PreviousWrapping.ShouldBeNull();
        (await Read(now, content)).ShouldBe("mine");
        now.Hash(HashPurpose.Email, "a@b.example").ShouldBe(old.Hash(HashPurpose.Email, "a@b.example"));
        await Should.ThrowAsync<System.Security.Cryptography.AuthenticationTagMismatchException>(() => Read(old, content));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder.File("master.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task the_lock_of_a_running_server_is_held() =>
        await Eventually.Be(() => server.Scalar<long>("select count(*) from pg_locks where locktype = 'advisory' and objid = 7305009 and granted"), held => held > 0);

    private async Task<string?> Read(MasterKey key, Content content)
    {
        using var vault = new Vault(server.Store, key);
        return (await vault.Unseal([content], CancellationToken.None))[0].Reveal() is JsonString text ? text.Value : null;
    }
}
