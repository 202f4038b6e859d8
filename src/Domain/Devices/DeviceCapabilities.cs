namespace Jarvis.Domain.Devices;

/// <summary>A function that this PC's runner knows and cannot do, with the sentence that says why.</summary>
public sealed record MissingFunction(string Name, string Reason);

/// <summary>What a PC can do, as its runner tells.</summary>
/// <param name="Functions">Names of the functions that work there, in ordinal order.</param>
/// <param name="Missing">Those that the runner knows and that do not work there.</param>
/// <param name="HasDisplay">Whether there is a screen that can be captured.</param>
/// <param name="DiskFreeBytes">Where runs are kept, at the time of the report.</param>
public sealed record DeviceCapabilities(
    IReadOnlyList<string> Functions, IReadOnlyList<MissingFunction> Missing, bool HasDisplay, bool HasBrowser, int? Processors, long? MemoryBytes, long? DiskFreeBytes)
{
    /// <summary>The most functions that a report may name.</summary>
    public const int MaxFunctions = 500;

    /// <summary>Characters of a name or a reason.</summary>
    public const int MaxText = 300;

    private const long Gibibyte = 1024L * 1024 * 1024;

    /// <summary>Free space moves all the time: told is what moves by a tenth of what it was, and by this at least.</summary>
    private const long NotableBytes = Gibibyte;

    /// <summary>Whether a report is within its bounds and fit to be shown.</summary>
    public bool IsSound() =>
        Functions.Count <= MaxFunctions && Missing.Count <= MaxFunctions
        && Functions.All(IsText) && Missing.All(missing => IsText(missing.Name) && IsText(missing.Reason))
        && Processors is null or > 0 && MemoryBytes is null or > 0 && DiskFreeBytes is null or >= 0;

    /// <summary>Those of the functions that do not work there.</summary>
    public IReadOnlyList<string> Lacks(IEnumerable<string> needed) => [.. needed.Where(name => !Functions.Contains(name, StringComparer.Ordinal))];

    /// <summary>Whether this tells something that the earlier report did not.</summary>
    public bool IsNewsAfter(DeviceCapabilities? known) =>
        known is null || !Functions.SequenceEqual(known.Functions) || !Missing.SequenceEqual(known.Missing) || HasDisplay != known.HasDisplay || HasBrowser != known.HasBrowser
        || Processors != known.Processors || MemoryBytes != known.MemoryBytes || DiskFreeBytes is null != known.DiskFreeBytes is null
        || Math.Abs((DiskFreeBytes ?? 0) - (known.DiskFreeBytes ?? 0)) >= Math.Max(NotableBytes, (known.DiskFreeBytes ?? 0) / 10);

    private static bool IsText(string? text) => text is { Length: > 0 and <= MaxText } && !text.Any(char.IsControl);
}
