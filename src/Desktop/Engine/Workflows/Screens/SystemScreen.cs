using System.ComponentModel;
using System.Diagnostics;

namespace Jarvis.Engine.Workflows.Screens;

/// <summary>
/// Pictures of this PC's screen, taken by a program that the system has; none is ever downloaded. Linux: maim, scrot, ImageMagick's import or
/// ffmpeg on X11, grim on Wayland. macOS: screencapture. Windows: PowerShell with System.Drawing.
/// </summary>
public sealed class SystemScreen
{
    /// <summary>Set to <c>false</c> to have no picture taken when a run fails.</summary>
    public const string OnFaultVariable = "JARVIS_CAPTURE_ON_FAULT";

    /// <summary>Why there is no picture of a machine without a screen.</summary>
    public const string NoDisplay = "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.";

    private const string Windows = """
        Add-Type -AssemblyName System.Windows.Forms,System.Drawing
        $b = [System.Windows.Forms.SystemInformation]::VirtualScreen
        $p = New-Object System.Drawing.Bitmap $b.Width, $b.Height
        [System.Drawing.Graphics]::FromImage($p).CopyFromScreen($b.Location, [System.Drawing.Point]::Empty, $b.Size)
        $p.Save($args[0], [System.Drawing.Imaging.ImageFormat]::Png)
        """;

    /// <summary>How long a picture may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string program;
    private readonly Func<string, string[]> arguments;

    private SystemScreen(string program, Func<string, string[]> arguments) => (this.program, this.arguments) = (program, arguments);

    /// <summary>The screen as it can be pictured here; null where it cannot, and then why.</summary>
    public static SystemScreen? Find(out string? lacking)
    {
        lacking = null;
        if (OperatingSystem.IsWindows())
        {
            return new SystemScreen("powershell.exe", file => ["-NoProfile", "-NonInteractive", "-Command", $"& {{ {Windows} }} '{file}'"]);
        }

        if (OperatingSystem.IsMacOS())
        {
            return new SystemScreen("/usr/sbin/screencapture", file => ["-x", "-t", "png", file]);
        }

        var isX = Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 };
        var isWayland = Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        if (!isX && !isWayland)
        {
            lacking = NoDisplay;
            return null;
        }

        var found = (isWayland ? Installed("grim", file => [file]) : null)
            ?? (isX
                ? Installed("maim", file => [file])
                    ?? Installed("scrot", file => ["--overwrite", file])
                    ?? Installed("import", file => ["-window", "root", $"png:{file}"])
                    ?? Installed("ffmpeg", file => ["-loglevel", "error", "-y", "-f", "x11grab", "-i", Environment.GetEnvironmentVariable("DISPLAY")!, "-frames:v", "1", file])
                : null);
        lacking = found is null ? "No program that pictures the screen is installed: maim, scrot, import (ImageMagick), ffmpeg, or grim on Wayland." : null;
        return found;
    }

    /// <summary>The screen for pictures of failing runs; null where there is none or nobody wants them.</summary>
    public static SystemScreen? OnFault() =>
        string.Equals(Environment.GetEnvironmentVariable(OnFaultVariable), "false", StringComparison.OrdinalIgnoreCase) ? null : Find(out _);

    /// <summary>A picture of the whole screen, PNG.</summary>
    /// <exception cref="IOException">It could not be taken; the message says why.</exception>
    public async Task<byte[]> Take(CancellationToken cancellation)
    {
        var file = Path.Combine(Path.GetTempPath(), $"jarvis-screen-{Guid.NewGuid():N}.png");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments(file)) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            try
            {
                var said = await process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return File.Exists(file) ? await File.ReadAllBytesAsync(file, limit.Token) : throw new IOException($"{program} took no picture: {said.Trim().Split('\n')[0]}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                throw new IOException($"{program} took no picture within {Limit.TotalSeconds} seconds.");
            }
        }
        catch (Win32Exception missing)
        {
            throw new IOException($"{program} cannot be started: {missing.Message}", missing);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static SystemScreen? Installed(string name, Func<string, string[]> arguments) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path
            ? new SystemScreen(path, arguments)
            : null;
}
