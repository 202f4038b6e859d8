using Jarvis.Application.Platform;
using Marten;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// <c>Jarvis.Api rotate-key</c>: a new master key, and every owner's key wrapped by it. The servers are stopped meanwhile, because they have the old
/// key in memory; broken off at any point, the same command again finishes it, and a server reads everything in between.
/// </summary>
public static class KeyRotation
{
    private const string Verb = "rotate-key";

    /// <summary>Held, shared, by every server that runs on the database; the rotation wants it for itself.</summary>
    private const long RunningLock = 7305009;

    /// <summary>What a server holds for as long as its connection lives.</summary>
    public static readonly string HoldSql = $"select pg_try_advisory_lock_shared({RunningLock})";

    public static bool IsAsked(string[] args) => args is [Verb];

    public static async Task<int> Run(IServiceProvider services, ServerConfiguration configuration)
    {
        if (!string.IsNullOrEmpty(configuration.MasterKey))
        {
            throw new ConfigurationException("JARVIS_MASTER_KEY is given by whoever starts the server: put the key into master.key of JARVIS_DATA, then rotate it there.");
        }

        if (!File.Exists(Path.Combine(configuration.DataFolder, MasterKey.FileName)))
        {
            throw new ConfigurationException($"There is no master key in {configuration.DataFolder} (JARVIS_DATA): the server has never been started with it.");
        }

        var database = services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await database.OpenConnectionAsync();
        await using var alone = new NpgsqlCommand($"select pg_try_advisory_lock({RunningLock})", connection);
        if (await alone.ExecuteScalarAsync() is not true)
        {
            throw new ConfigurationException("A server runs on this database: stop it, rotate the key, and start it again.");
        }

        var key = MasterKey.BeginRotation(configuration.DataFolder);
        using var vault = new Vault(services.GetRequiredService<IDocumentStore>(), key);
        var owners = await vault.WrapAnew(CancellationToken.None);
        MasterKey.EndRotation(configuration.DataFolder);
        await Console.Out.WriteLineAsync($"The master key is a new one; {owners} owners' keys are wrapped by it. Make a backup: the key files of earlier ones open only those.");
        return 0;
    }
}
