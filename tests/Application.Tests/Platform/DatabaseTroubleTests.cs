using System.Net.Sockets;
using Jarvis.Application.Platform;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Platform;

/// <summary>What waits for the database to come back, and what goes to the dead letters at once.</summary>
public sealed class DatabaseTroubleTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.AdminShutdown, true)]
    [InlineData(PostgresErrorCodes.CrashShutdown, true)]
    [InlineData(PostgresErrorCodes.CannotConnectNow, true)]
    [InlineData(PostgresErrorCodes.DiskFull, true)]
    [InlineData(PostgresErrorCodes.TooManyConnections, true)]
    [InlineData(PostgresErrorCodes.DeadlockDetected, true)]
    [InlineData(PostgresErrorCodes.UndefinedTable, false)]
    [InlineData(PostgresErrorCodes.UniqueViolation, false)]
    [InlineData(PostgresErrorCodes.InvalidTextRepresentation, false)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, false)]
    public void An_answer_of_the_database_says_whether_it_will_pass(string code, bool isAway)
    {
        var answer = new PostgresException("refused", "ERROR", "ERROR", code);

        DatabaseTrouble.IsPassing(answer).ShouldBe(isAway);
        DatabaseTrouble.IsPassing(new InvalidOperationException("wrapped", answer)).ShouldBe(isAway);
    }

    [Fact]
    public void A_connection_that_breaks_passes()
    {
        DatabaseTrouble.IsPassing(new NpgsqlException("broken", new IOException("reset", new SocketException()))).ShouldBeTrue();
        DatabaseTrouble.IsPassing(new InvalidOperationException("wrapped", new TimeoutException())).ShouldBeTrue();
    }

    [Fact]
    public void A_connection_that_breaks_in_the_middle_of_a_statement_passes()
    {
        DatabaseTrouble.IsPassing(new ObjectDisposedException("NpgsqlTransaction")).ShouldBeTrue();
        DatabaseTrouble.IsPassing(new ObjectDisposedException("Stream")).ShouldBeFalse();
    }

    [Fact]
    public void A_mistake_of_a_handler_does_not()
    {
        DatabaseTrouble.IsPassing(new InvalidOperationException("a mistake", new FormatException())).ShouldBeFalse();
        DatabaseTrouble.Is(new FormatException()).ShouldBeFalse();
    }

    [Fact]
    public void What_the_database_refuses_for_good_is_its_trouble_all_the_same()
    {
        var refused = new PostgresException("permission denied", "ERROR", "ERROR", PostgresErrorCodes.InsufficientPrivilege);
        DatabaseTrouble.IsPassing(refused).ShouldBeFalse();
        DatabaseTrouble.Is(refused).ShouldBeTrue();
    }
}
