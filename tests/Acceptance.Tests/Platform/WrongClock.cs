using Jarvis.Build.Processes;
using Jarvis.Testing;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// The clock of one process, moved while it runs. Only what time it is moves, as when a machine's clock is set: durations go on as they were.
/// A library of our own (<c>WrongClock.c</c>, compiled by the machine's <c>cc</c>) is preloaded into it: libfaketime stands in front of locks
/// and waits as well, and now and then hangs a .NET program for good.
/// </summary>
internal sealed class WrongClock : IDisposable
{
    private const long NanosecondsPerTick = 100;

    private readonly TemporaryFolder folder = new();

    private WrongClock()
    {
    }

    /// <summary>Why a test that needs it is skipped; null where it can be had.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "A library that moves the clock is preloaded as on Linux."
        : Tools.Find("cc") is null ? "The clock cannot be moved here (install a C compiler, cc)."
        : null;

    private string Library => folder.File("clock.so");

    private string Offset => folder.File("ahead");

    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?> { ["LD_PRELOAD"] = Library, ["JARVIS_TEST_CLOCK"] = Offset };

    /// <summary>Shows the right time until it is set.</summary>
    public static async Task<WrongClock> Make()
    {
        var clock = new WrongClock();
        clock.Set(TimeSpan.Zero);
        var compiled = await Tools.RunAsync(
            Tools.Find("cc")!, ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", clock.Library, Paths.In("tests", "Acceptance.Tests", "Platform", "WrongClock.c")]);
        return compiled.Succeeded ? clock : throw new InvalidOperationException(compiled.Tail());
    }

    /// <summary>Seen by the process at once: it has the file in its memory, so that it is written in place.</summary>
    public void Set(TimeSpan ahead)
    {
        using var file = File.OpenHandle(Offset, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, BitConverter.GetBytes(ahead.Ticks * NanosecondsPerTick), 0);
    }

    public void Dispose() => folder.Dispose();
}
