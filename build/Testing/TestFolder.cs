namespace Jarvis.Build.Testing;

/// <summary>Everything that a run of the tests leaves on disk, gone at its end. Tests of other users may pass through it.</summary>
public sealed class TestFolder : IDisposable
{
    private const UnixFileMode PassThrough =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("jarvis-tests-").FullName;
        Temporary = Directory.CreateDirectory(System.IO.Path.Combine(Path, "tmp")).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, PassThrough);
            File.SetUnixFileMode(Temporary, PassThrough);
        }
    }

    public string Path { get; }

    /// <summary>The temporary folder of the test programs.</summary>
    public string Temporary { get; }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
