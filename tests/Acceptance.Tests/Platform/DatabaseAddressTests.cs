using Jarvis.Build.Running;
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
}
