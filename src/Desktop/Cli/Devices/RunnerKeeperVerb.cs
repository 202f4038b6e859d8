using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Devices.Keepers;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Devices;

/// <summary><c>jarvis runner install|status|uninstall</c>: the runner as a service of the system, started again when it dies.</summary>
internal static class RunnerKeeperVerb
{
    public static Command Install()
    {
        var server = new Option<string?>("--server") { Description = "The server to work for; the one it is paired with where it is missing.", HelpName = "URL" };
        var system = ForMachine();
        var home = ServerVerb.Home();
        return new Command("install", "Has the system start the runner, and start it again when it dies.") { server, system, home }.Doing(async (keeper, parsed, cancel) =>
        {
            var scope = Scope(parsed.GetValue(system));
            if (scope == KeeperScope.Machine && Asker is not null && !Directory.Exists(parsed.GetValue(home)))
            {
                // The administrator's own folder, or one made by him, is none that the runner may enter.
                throw new KeeperException($"Name the home of the runner that is to be kept, which exists, with --home, such as ~{Asker}/.jarvis.");
            }

            var folder = JarvisHome.Open(parsed.GetValue(home));
            var file = new CredentialFile(folder.Folder);
            var url = parsed.GetValue(server) is { } typed ? ServerAddress.Parse(typed) : null;
            var paired = file.Load()?.Server is { } known && (url is null || url == known);
            if (!paired && url is null && file.LoadPending() is null)
            {
                throw new KeeperException($"{folder.Folder} is not paired with a server. Name one with --server URL, or pair it first with `jarvis runner --server URL`.");
            }

            // One that somebody started by hand would keep the service out.
            if (!(await KeeperHand.State(keeper, scope, cancel)).IsActive && HomeLock.IsTaken(folder))
            {
                throw new KeeperException($"A runner works for {folder.Folder} already; stop it first.");
            }

            await KeeperHand.Do(keeper.Install(new KeeperOrder(scope, Program(), folder.Folder, url, User(scope))), cancel);
            await Console.Out.WriteLineAsync($"Installed as {keeper.FileOf(scope)}; {keeper.Name} starts the runner, and starts it again when it dies.");
            await Console.Out.WriteLineAsync($"Its log: {keeper.LogCommand(scope, folder.Folder)}");
            if (!paired)
            {
                await Console.Out.WriteLineAsync("It is not paired yet: its log shows the code to confirm with `jarvis devices approve CODE`.");
            }

            return ExitCode.Done;
        });
    }

    public static Command Status()
    {
        var system = ForMachine();
        var home = ServerVerb.Home();
        var json = ServerVerb.Json();
        return new Command("status", "Says whether the system runs the runner; exit 1 where it does not.") { system, home, json }.Doing(async (keeper, parsed, cancel) =>
        {
            var scope = Scope(parsed.GetValue(system));
            var state = await KeeperHand.State(keeper, scope, cancel);
            var log = keeper.LogCommand(scope, JarvisHome.Open(parsed.GetValue(home)).Folder);
            var since = state.Since?.ToString("O", CultureInfo.InvariantCulture);
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(new JsonObject
                {
                    ["keeper"] = keeper.Name, ["installed"] = state.IsInstalled, ["enabled"] = state.IsEnabled, ["active"] = state.IsActive, ["since"] = since,
                    ["pid"] = state.ProcessId, ["file"] = keeper.FileOf(scope), ["log"] = log,
                });
            }
            else
            {
                Tables.Print(["WHAT", "IS"],
                [
                    ["installed", Word(state.IsInstalled)], ["enabled", Word(state.IsEnabled)], ["active", Word(state.IsActive)], ["since", Tables.Local(since)],
                    ["pid", $"{state.ProcessId}"], ["file", keeper.FileOf(scope)], ["log", log],
                ]);
            }

            return state.IsActive ? ExitCode.Done : ExitCode.Failed;
        });
    }

    public static Command Uninstall()
    {
        var system = ForMachine();
        return new Command("uninstall", "Stops it, and has the system start it no more. What it has in its home stays.") { system }.Doing(async (keeper, parsed, cancel) =>
        {
            var scope = Scope(parsed.GetValue(system));
            if (!(await KeeperHand.State(keeper, scope, cancel)).IsInstalled)
            {
                throw new KeeperException("It is not installed.");
            }

            await KeeperHand.Do(keeper.Uninstall(scope), cancel);
            await Console.Out.WriteLineAsync("Uninstalled; journal, tokens and secrets stay in its home.");
            return ExitCode.Done;
        });
    }

    private static Command Doing(this Command command, Func<IRunnerKeeper, ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                var keeper = await Keeper(cancel);
                var scope = Scope(command.Options.OfType<Option<bool>>().Single(option => option.Name == "--system") is { } system && parsed.GetValue(system));
                return keeper.Lacking(scope) is { } lacking ? throw new KeeperException(lacking) : await action(keeper, parsed, cancel);
            }
            catch (Exception no) when (no is KeeperException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync(no.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<IRunnerKeeper> Keeper(CancellationToken cancel) =>
        OperatingSystem.IsWindows() ? new TaskSchedulerKeeper(KeeperMachine.This with { Root = Path.GetPathRoot(Environment.SystemDirectory) ?? "C:\\" })
        : OperatingSystem.IsMacOS() ? new LaunchdKeeper(KeeperMachine.This with { UserId = await UserId(cancel) })
        : new SystemdKeeper(KeeperMachine.This);

    private static async Task<string> UserId(CancellationToken cancel)
    {
        using var asked = Process.Start(new ProcessStartInfo("/usr/bin/id", ["-u"]) { RedirectStandardOutput = true }) ?? throw new KeeperException("The person's number cannot be asked for.");
        return (await asked.StandardOutput.ReadToEndAsync(cancel)).Trim();
    }

    private static IReadOnlyList<string> Program() =>
        KeeperOrder.ProgramOf(Environment.ProcessPath ?? throw new KeeperException("It is not known which program this is."), Path.Combine(AppContext.BaseDirectory, "jarvis.dll"));

    /// <summary>The machine's runner runs as whoever asked the administrator's rights for it.</summary>
    private static string User(KeeperScope scope) =>
        OperatingSystem.IsWindows() ? $"{Environment.UserDomainName}\\{Environment.UserName}"
        : scope == KeeperScope.Machine && Asker is { } asker ? asker
        : Environment.UserName;

    /// <summary>Who asked for the administrator's rights by sudo; null for nobody.</summary>
    private static string? Asker => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } asker && asker != Environment.UserName ? asker : null;

    private static Option<bool> ForMachine() => new("--system") { Description = "The machine's, from its start on, instead of yours; needs the administrator's rights." };

    private static KeeperScope Scope(bool forMachine) => forMachine ? KeeperScope.Machine : KeeperScope.Person;

    private static string Word(bool yes) => yes ? "yes" : "no";
}
