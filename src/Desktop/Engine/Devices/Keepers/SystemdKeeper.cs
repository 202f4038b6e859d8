using System.Globalization;
using System.Text;

namespace Jarvis.Engine.Devices.Keepers;

/// <summary>Linux: a unit of systemd, the person's or the machine's (systemd.service(5), systemd.unit(5)).</summary>
public sealed class SystemdKeeper(KeeperMachine machine) : IRunnerKeeper
{
    public const string Unit = "jarvis-runner.service";

    private const string Asked = "LoadState,UnitFileState,ActiveState,ActiveEnterTimestamp,MainPID";

    public string Name => "systemd";

    // sd_booted(3): this folder is there exactly where systemd is the init system.
    public string? Lacking(KeeperScope scope) =>
        Directory.Exists(Path.Combine(machine.Root, "run/systemd/system"))
            ? null
            : "This machine does not run systemd, so there is nothing that would keep the runner running; start `jarvis runner` by the means that this system has.";

    public string FileOf(KeeperScope scope) => scope == KeeperScope.Machine
        ? Path.Combine(machine.Root, "etc/systemd/system", Unit)
        : Path.Combine(machine.ConfigHome ?? Path.Combine(machine.UserHome, ".config"), "systemd/user", Unit);

    public KeeperPlan Install(KeeperOrder order) => new(
        [new KeeperFile(FileOf(order.Scope), Text(order))],
        [
            Control(order.Scope, "daemon-reload"),
            Control(order.Scope, "enable", Unit),
            Control(order.Scope, "restart", Unit),
            // Without this the person's units end with the last session; where it is not allowed the runner lives while the person is signed in.
            .. (IReadOnlyList<KeeperStep>)(order.Scope == KeeperScope.Person ? [new KeeperStep("loginctl", ["enable-linger"], MayFail: true)] : []),
        ],
        [], []);

    public KeeperPlan Uninstall(KeeperScope scope) => new(
        [], [Control(scope, "disable", "--now", Unit) with { MayFail = true }], [FileOf(scope)], [Control(scope, "daemon-reload")]);

    public IReadOnlyList<KeeperStep> Ask(KeeperScope scope) => [Control(scope, "show", Unit, $"--property={Asked}")];

    public KeeperState Read(bool isInstalled, IReadOnlyList<KeeperAnswer> answers)
    {
        var told = answers[0].Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var active = told.GetValueOrDefault("ActiveState") is "active" or "activating" or "reloading";
        return new KeeperState(
            isInstalled || told.GetValueOrDefault("LoadState") == "loaded", told.GetValueOrDefault("UnitFileState") is "enabled" or "enabled-runtime", active,
            active && DateTimeOffset.TryParseExact(
                told.GetValueOrDefault("ActiveEnterTimestamp"), "ddd yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
            int.TryParse(told.GetValueOrDefault("MainPID"), CultureInfo.InvariantCulture, out var process) && process > 0 ? process : null);
    }

    public string LogCommand(KeeperScope scope, string home) => scope == KeeperScope.Machine ? $"journalctl -u {Unit} -f" : $"journalctl --user -u {Unit} -f";

    private static KeeperStep Control(KeeperScope scope, params string[] arguments) =>
        new("systemctl", scope == KeeperScope.Machine ? arguments : ["--user", .. arguments]);

    private static string Text(KeeperOrder order)
    {
        var forMachine = order.Scope == KeeperScope.Machine;
        return $"""
            [Unit]
            Description=Jarvis runner: runs workflows on this PC
            Documentation=man:systemd.service(5)
            {(forMachine ? "Wants=network-online.target\nAfter=network-online.target" : "After=default.target")}
            StartLimitIntervalSec=0

            [Service]
            ExecStart={string.Join(' ', order.Command.Select(Quoted))}
            {(forMachine ? $"User={order.User}\n" : "")}Restart=on-failure
            # 1: its server wants it no more; 2: it was started wrongly. Trying again would change neither.
            RestartPreventExitStatus=1 2
            RestartSec=5
            TimeoutStopSec=40
            KillMode=mixed

            [Install]
            WantedBy={(forMachine ? "multi-user.target" : "default.target")}

            """.ReplaceLineEndings("\n");
    }

    /// <summary>One argument of a command line: quoted, and what systemd would expand is doubled (systemd.service(5), "COMMAND LINES").</summary>
    private static string Quoted(string argument)
    {
        var text = new StringBuilder("\"");
        foreach (var c in argument)
        {
            text.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                '%' => "%%",
                '$' => "$$",
                _ when char.IsControl(c) => throw new ArgumentException("A path with control characters cannot stand in a unit.", nameof(argument)),
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }
}
