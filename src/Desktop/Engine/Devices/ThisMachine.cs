using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Jarvis.Engine.Devices;

/// <summary>What the runner tells the server about the PC.</summary>
public static class ThisMachine
{
    private const int MaxText = 200;

    public static string Version { get; } = typeof(ThisMachine).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static string Name { get; } = Short(Environment.MachineName);

    public static string Os { get; } = Short($"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}");

    // The protocol takes no longer texts.
    private static string Short(string text) => text.Length <= MaxText ? text : text[..MaxText];

    /// <summary>The first address of this PC in its network that is not loopback; null where it has none.</summary>
    public static string? Address()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(entry => entry.Address)
                .Where(address => !address.IsIPv6LinkLocal)
                .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .FirstOrDefault()?.ToString();
        }
        catch (NetworkInformationException)
        {
            // Some sandboxes forbid the question; the address is a courtesy.
            return null;
        }
    }
}
