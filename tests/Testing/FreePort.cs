using Jarvis.Build.Processes;

namespace Jarvis.Testing;

public static class FreePort
{
    /// <summary>A port of 127.0.0.1 that was free a moment ago.</summary>
    public static int Next() => Ports.Free();
}
