using Jarvis.Domain.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Engine.Workflows.Browser;
using Jarvis.Engine.Workflows.Screens;

namespace Jarvis.Engine.Devices;

/// <summary>What this PC can do, as the functions themselves say it: the same that `jarvis functions` shows.</summary>
public static class MachineCapabilities
{
    public static DeviceCapabilities Of(FunctionCatalog catalog, JarvisHome home)
    {
        var functions = catalog.All.OrderBy(function => function.Name, StringComparer.Ordinal).Select(function => (function.Name, Unable: function.Unable())).ToList();
        return new DeviceCapabilities(
            [.. functions.Where(function => function.Unable is null).Select(function => function.Name)],
            [.. functions.Where(function => function.Unable is not null).Select(function => new MissingFunction(function.Name, Short(function.Unable!)))],
            SystemScreen.Find(out _) is not null, SystemBrowser.Lacking() is null, Environment.ProcessorCount, Memory(), DiskFree(home.Folder));
    }

    private static string Short(string reason) => reason.Length <= DeviceCapabilities.MaxText ? reason : reason[..DeviceCapabilities.MaxText];

    private static long? Memory() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : null;

    private static long? DiskFree(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not say; the figure is a courtesy.
            return null;
        }
    }
}
