using System.Globalization;
using System.Security;
using System.Text.RegularExpressions;

namespace Jarvis.Engine.Devices.Keepers;

/// <summary>macOS: a property list of launchd, the person's agent or the machine's daemon (launchd.plist(5), launchctl(1)).</summary>
public sealed partial class LaunchdKeeper(KeeperMachine machine) : IRunnerKeeper
{
    public const string Label = "ai.jarvis.runner";

    private const int ThrottleSeconds = 5;

    public string Name => "launchd";

    public string? Lacking(KeeperScope scope) => null;

    public string FileOf(KeeperScope scope) => scope == KeeperScope.Machine
        ? Path.Combine(machine.Root, "Library/LaunchDaemons", $"{Label}.plist")
        : Path.Combine(machine.UserHome, "Library/LaunchAgents", $"{Label}.plist");

    public KeeperPlan Install(KeeperOrder order) => new(
        [new KeeperFile(FileOf(order.Scope), Text(order))],
        [
            new KeeperStep("launchctl", ["bootout", $"{Domain(order.Scope)}/{Label}"], MayFail: true),
            new KeeperStep("launchctl", ["enable", $"{Domain(order.Scope)}/{Label}"]),
            new KeeperStep("launchctl", ["bootstrap", Domain(order.Scope), FileOf(order.Scope)]),
        ],
        [], []);

    public KeeperPlan Uninstall(KeeperScope scope) => new([], [new KeeperStep("launchctl", ["bootout", $"{Domain(scope)}/{Label}"], MayFail: true)], [FileOf(scope)], []);

    public IReadOnlyList<KeeperStep> Ask(KeeperScope scope) =>
        [new KeeperStep("launchctl", ["print", $"{Domain(scope)}/{Label}"], MayFail: true), new KeeperStep("launchctl", ["print-disabled", Domain(scope)], MayFail: true)];

    public KeeperState Read(bool isInstalled, IReadOnlyList<KeeperAnswer> answers)
    {
        var running = answers[0] is { ExitCode: 0 } && Running().IsMatch(answers[0].Output);
        var disabled = Regex.IsMatch(answers[1].Output, $"\"{Regex.Escape(Label)}\" => (?:true|disabled)", RegexOptions.CultureInvariant);
        return new KeeperState(
            isInstalled, isInstalled && !disabled, running, null,
            running && ProcessId().Match(answers[0].Output) is { Success: true } found ? int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null);
    }

    public string LogCommand(KeeperScope scope, string home) => $"tail -f '{Path.Combine(home, "runner.log")}'";

    private string Domain(KeeperScope scope) => scope == KeeperScope.Machine ? "system" : $"gui/{machine.UserId}";

    private static string Text(KeeperOrder order) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
          <key>Label</key><string>{Label}</string>
          <key>ProgramArguments</key>
          <array>
        {string.Join('\n', order.Command.Select(argument => $"    <string>{SecurityElement.Escape(argument)}</string>"))}
          </array>
        {(order.Scope == KeeperScope.Machine ? $"  <key>UserName</key><string>{SecurityElement.Escape(order.User)}</string>\n" : "")}  <key>RunAtLoad</key><true/>
          <key>KeepAlive</key><dict><key>Crashed</key><true/></dict>
          <key>ThrottleInterval</key><integer>{ThrottleSeconds}</integer>
          <key>StandardOutPath</key><string>{SecurityElement.Escape(Path.Combine(order.Home, "runner.log"))}</string>
          <key>StandardErrorPath</key><string>{SecurityElement.Escape(Path.Combine(order.Home, "runner.log"))}</string>
        </dict>
        </plist>

        """.ReplaceLineEndings("\n");

    [GeneratedRegex(@"^\s*state = running\s*$", RegexOptions.Multiline)]
    private static partial Regex Running();

    [GeneratedRegex(@"^\s*pid = (\d{1,9})\s*$", RegexOptions.Multiline)]
    private static partial Regex ProcessId();
}
