using System.Net.Sockets;
using Jarvis.Application.Platform;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Platform;

/// <summary>What waits for the database to come back, and what goes to the dead letters at once.</summary>
public sealed class DatabaseIsAwayTests
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

        MessagingSetup.DatabaseIsAway(answer).ShouldBe(isAway);
        MessagingSetup.DatabaseIsAway(new InvalidOperationException("wrapped", answer)).ShouldBe(isAway);
    }

    [Fact]
    public void A_connection_that_breaks_passes()
    {
        MessagingSetup.DatabaseIsAway(new NpgsqlException("broken", new IOException("reset", new SocketException()))).ShouldBeTrue();
        MessagingSetup.DatabaseIsAway(new InvalidOperationException("wrapped", new TimeoutException())).ShouldBeTrue();
    }

    [Fact]
    public void A_mistake_of_a_handler_does_not() =>
        MessagingSetup.DatabaseIsAway(new InvalidOperationException("a mistake", new FormatException())).ShouldBeFalse();
}
