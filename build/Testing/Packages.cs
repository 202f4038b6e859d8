using Jarvis.Build.Processes;

namespace Jarvis.Build.Testing;

/// <summary>Programs that some tests need, put on the machine where that takes no question: as root on Debian and its kin.</summary>
public static class Packages
{
    /// <summary>The path of the program, installed where it is missing and can be; null where it cannot be had.</summary>
    /// <param name="what">As people call it.</param>
    /// <param name="packages">Debian's that bring it.</param>
    public static async Task<string?> FindOrInstallAsync(
        Func<string?> find, string what, IReadOnlyList<string> packages, Action<string> report, CancellationToken cancellation)
    {
        if (find() is { } found)
        {
            return found;
        }

        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || Tools.Find("apt-get") is not { } apt)
        {
            return null;
        }

        report($"Installing {what} (apt-get, once)");
        var environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        await Tools.RunAsync(apt, ["update", "-qq"], environment: environment, cancellation: cancellation);
        await Tools.RunAsync(apt, ["install", "-y", "-qq", "--no-install-recommends", .. packages], environment: environment, cancellation: cancellation);
        return find();
    }
}
