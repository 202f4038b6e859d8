using Npgsql;
using Xunit;

namespace Jarvis.Testing;

/// <summary>
/// A fresh, empty database, dropped at the end. As a fixture (<c>IClassFixture&lt;TestDatabase&gt;</c>) or by hand
/// (<c>await using var database = await TestDatabase.CreateAsync();</c>).
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    /// <summary>Connections of one fixture, so that many fixtures fit into the server's 200.</summary>
    private const int MaxPoolSize = 25;

    private string? admin;

    public string Name { get; } = "jarvis_test_" + Guid.NewGuid().ToString("N");

    public string ConnectionString { get; private set; } = "";

    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new TestDatabase();
        await database.InitializeAsync();
        return database;
    }

    public async ValueTask InitializeAsync()
    {
        var server = new NpgsqlConnectionStringBuilder(await TestServer.ConnectionStringAsync());
        admin = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString;
        await ExecuteAsync($"create database {Name}");
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Database = Name,
            MaxPoolSize = MaxPoolSize,
        }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (admin is null)
        {
            return;
        }

        await using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        await ExecuteAsync($"drop database if exists {Name} with (force)");
        admin = null;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
