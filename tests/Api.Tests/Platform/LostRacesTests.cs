using JasperFx;
using Jarvis.Api.Platform.Observing;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>An attempt that lost a race is told as what it is; everything else as it was.</summary>
public sealed class LostRacesTests
{
    private const int AttemptFailed = 105;
    private const int MovedToErrorQueue = 108;

    [Fact]
    public void an_attempt_that_lost_a_race_is_told_without_alarm_and_a_failure_as_an_error()
    {
        var sink = new Sink();
        using var factory = new LostRaces(LoggerFactory.Create(logging => logging.AddProvider(sink)));
        var logger = factory.CreateLogger("DispatchRun");
        var race = new ConcurrencyException(typeof(string), Guid.NewGuid());

        logger.Log(LogLevel.Error, new EventId(AttemptFailed), "Failed to process message DispatchRun", race, (text, _) => text);
        logger.Log(LogLevel.Error, new EventId(0), "Invocation of PauseRun failed!", race, (text, _) => text);
        logger.Log(LogLevel.Error, new EventId(MovedToErrorQueue), "Moved to the error queue", race, (text, _) => text);
        logger.Log(LogLevel.Error, new EventId(AttemptFailed), "Failed to process message DispatchRun", new InvalidOperationException("a bug"), (text, _) => text);

        sink.Told.Select(line => (line.Level, line.Exception is null)).ShouldBe(
            [(LogLevel.Information, true), (LogLevel.Information, true), (LogLevel.Error, false), (LogLevel.Error, false)]);
        sink.Told[0].Text.ShouldContain("DispatchRun");
    }

    private sealed class Sink : ILoggerProvider, ILogger
    {
        public List<(LogLevel Level, string Text, Exception? Exception)> Told { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add((logLevel, formatter(state, exception), exception));

        public void Dispose()
        {
        }
    }
}
