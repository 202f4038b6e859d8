using System.Globalization;
using Jarvis.Testing;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// The clock of one process, moved while it runs (libfaketime; Debian's package of that name). Only what time it is moves, as when
/// a machine's clock is set: durations go on as they were.
/// </summary>
internal sealed class WrongClock : IDisposable
{
    /// <summary>Why a test that needs it is skipped.</summary>
    public const string Missing = "The clock cannot be moved here (install libfaketime).";

    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime", "/usr/lib64/faketime"];

    private readonly TemporaryFolder folder = new();

    public static string? Library { get; } = Places.Select(place => Path.Combine(place, "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);

    public WrongClock() => Set(TimeSpan.Zero);

    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = folder.File("clock"),
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_DONT_RESET"] = "1",
        ["NO_FAKE_STAT"] = "1",
    };

    /// <summary>Seen by the process within a second.</summary>
    public void Set(TimeSpan ahead)
    {
        var next = folder.File("clock.next");
        File.WriteAllText(next, ahead.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(next, folder.File("clock"), overwrite: true);
    }

    public void Dispose() => folder.Dispose();
}
