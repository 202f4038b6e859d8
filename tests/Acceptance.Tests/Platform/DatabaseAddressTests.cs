using Jarvis.Build.Running;
using Jarvis.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://ada:s%40fe@db.example:6000/jarvis")]
    [InlineData("postgresql://ada:s%40fe@db.example:6000/jarvis")]
    [InlineData("Host=db.example;Port=6000;Username=ada;Password=s@fe;Database=jarvis")]
    public void an_address_and_a_connection_string_say_the_same(string given)
    {
        var read = new NpgsqlConnectionStringBuilder(DatabaseAddress.ToConnectionString(given));

        (read.Host, read.Port, read.Username, read.Password, read.Database).ShouldBe(("db.example", 6000, "ada", "s@fe", "jarvis"));
    }

    [Theory]
    [InlineData("jarvis")]
    [InlineData("Database=jarvis")]
    [InlineData("postgres://")]
    public void what_is_neither_is_refused(string given) =>
        Should.Throw<ArgumentException>(() => DatabaseAddress.ToConnectionString(given));

    [Theory]
    [InlineData(null, "JARVIS_DATABASE is missing")]
    [InlineData("Host=127.0.0.1;Port=1;Database=none;Username=none;Password=none;Timeout=5", "JARVIS_DATABASE names a database that cannot be used")]
    public async Task a_server_whose_database_is_not_there_says_so_in_one_sentence(string? database, string said)
    {
        using var data = new TemporaryFolder();
        var ended = await ProcessUnderTest.RunAsync(
            Paths.Program("src/Api", "Jarvis.Api"), [],
            new Dictionary<string, string?> { ["JARVIS_DATABASE"] = database, ["JARVIS_DATA"] = data.Path, ["JARVIS_URL"] = $"http://127.0.0.1:{FreePort.Next()}" });

        ended.ExitCode.ShouldBe(2);
        ended.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Single().ShouldStartWith(said);
    }
}
