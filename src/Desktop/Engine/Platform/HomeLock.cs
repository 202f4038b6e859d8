using System.Globalization;
using System.Text;

namespace Jarvis.Engine.Platform;

/// <summary>One runner for each home folder: held as long as the process lives, and released by the system when it dies.</summary>
public sealed class HomeLock : IDisposable
{
    private readonly FileStream file;

    private HomeLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock; null where another process has it.</summary>
    public static HomeLock? TryTake(JarvisHome home)
    {
        try
        {
            // FileShare.None is an advisory lock of the system, which ends with the process however it ends.
            var file = new FileStream(PathIn(home), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new HomeLock(file);
        }
        catch (IOException taken) when (taken is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    /// <summary>Whether a runner works for the home; asking leaves nothing behind in it.</summary>
    public static bool IsTaken(JarvisHome home)
    {
        if (!File.Exists(PathIn(home)))
        {
            return false;
        }

        using var free = TryTake(home);
        return free is null;
    }

    public void Dispose() => file.Dispose();

    private static string PathIn(JarvisHome home) => Path.Combine(home.Folder, "runner.lock");
}
