namespace Jarvis.Benchmarks.Platform;

/// <summary>
/// What holds each figure back, as a profiler showed it (see docs/figures.md for how). Printed while the goal is not reached;
/// to be renewed whenever the measured code changes.
/// </summary>
internal static class Limits
{
    public static string? BatchedIngest => null;
    public static string? ManyRunners => null;
    public static string? AcknowledgedSteps => null;
    public static string? EngineSubmits => null;
    public static string? OneRunAtATime => null;
    public static string? Told => null;
    public static string? Visible => null;
    public static string? StreamReading => null;
    public static string? RunListing => null;
    public static string? RunListingCounted => null;
    public static string? Dashboard => null;
    public static string? Growth => null;
    public static string? EngineAlone => null;
    public static string? Expressions => null;
    public static string? StartUp => null;
    public static string? Resending => null;
    public static string? Memory => null;
    public static string? ColdStart => null;
}
