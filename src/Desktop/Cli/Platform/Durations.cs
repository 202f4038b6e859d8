using System.Globalization;

namespace Jarvis.Cli.Platform;

/// <summary>How long something took, for people: never "0.0 s" for what took a moment.</summary>
internal static class Durations
{
    private const double MinuteSeconds = 60;

    /// <summary>Such as <c>0.4 ms</c>, <c>38 ms</c>, <c>0.42 s</c>, <c>12.3 s</c>, <c>2 min 5 s</c>.</summary>
    public static string Text(double seconds) => seconds switch
    {
        < 0.001 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.#} ms"),
        < 0.0995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        < 9.995 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        < MinuteSeconds - 0.05 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        _ => Minutes((long)Math.Round(seconds)),
    };

    private static string Minutes(long seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds / (long)MinuteSeconds} min {seconds % (long)MinuteSeconds} s");
}
