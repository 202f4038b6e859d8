using JasperFx;
using JasperFx.Events;

using Microsoft.Extensions.Options;

namespace Jarvis.Api.Platform.Observing;

/// <summary>
/// Tells a lost race as what it is. Two who decide about one stream at the same time is ordinary: one of them decides again, on what the other did. The bus
/// tells each attempt as an error with its stack, before it knows that it will be made again; who gives up in the end is still an error.
/// </summary>
public sealed class LostRaces(ILoggerFactory inner) : ILoggerFactory
{
    /// <summary>The bus's own numbers for an attempt that failed.</summary>
    private const int AttemptFailed = 105;
    private const int InvocationFailed = 0;
    private const string InvocationFailedText = "Invocation of ";

    /// <summary>Puts it in front of every logger.</summary>
    public static void AddTo(IServiceCollection services) => services.AddSingleton<ILoggerFactory>(provider => new LostRaces(new LoggerFactory(
        provider.GetServices<ILoggerProvider>(), provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(), provider.GetRequiredService<IOptions<LoggerFactoryOptions>>())));

    public static bool IsLostRace(Exception? exception) => exception is ConcurrencyException or EventStreamUnexpectedMaxEventIdException;

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName));

    public void Dispose() => inner.Dispose();

    private sealed class Logger(ILogger inner) : ILogger
    {
        private static readonly Action<ILogger, string, Exception?> Told = LoggerMessage.Define<string>(
            LogLevel.Information, new EventId(1, nameof(LostRaces)), "A decision was overtaken by another about the same stream and is made again: {Attempt}");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error && IsLostRace(exception) && IsAttempt(eventId, formatter(state, exception)))
            {
                Told(inner, formatter(state, exception), null);
                return;
            }

            inner.Log(logLevel, eventId, state, exception, formatter);
        }

        private static bool IsAttempt(EventId eventId, string text) =>
            eventId.Id == AttemptFailed || (eventId.Id == InvocationFailed && text.StartsWith(InvocationFailedText, StringComparison.Ordinal));
    }
}
