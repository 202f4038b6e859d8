using System.Diagnostics;

namespace Jarvis.Testing;

/// <summary>A file system of a few megabytes that can be filled up. Only root may mount one.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Why a test that needs one is skipped.</summary>
    public const string Missing = "A small disk cannot be mounted here.";

    /// <summary>Null where none may be mounted.</summary>
    public static SmallDisk? Mount(int megabytes)
    {
        var disk = new SmallDisk();
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "tmpfs", disk.folder.Path))
        {
            return disk;
        }

        disk.folder.Dispose();
        return null;
    }

    public string Path => folder.Path;

    public string File(string name) => folder.File(name);

    public void Fill()
    {
        using var filler = new FileStream(folder.File("filler"), FileMode.Append);
        try
        {
            while (true)
            {
                filler.Write(new byte[4096]);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            // It is full, as it is meant to be.
        }
    }

    public void MakeRoom() => System.IO.File.Delete(folder.File("filler"));

    public void Dispose()
    {
        Run("umount", "-l", folder.Path);
        folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
