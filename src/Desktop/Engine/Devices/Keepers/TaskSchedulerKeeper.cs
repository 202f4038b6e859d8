using System.Security;
using System.Text.Json;

namespace Jarvis.Engine.Devices.Keepers;

/// <summary>
/// Windows: a task of the Task Scheduler, at the person's sign-in or at the machine's start. The runner works with windows and browsers, which a
/// service of the Service Control Manager cannot see; and a service must speak the manager's protocol, which a command line does not.
/// </summary>
public sealed class TaskSchedulerKeeper(KeeperMachine machine) : IRunnerKeeper
{
    public const string Task = "Jarvis Runner";

    private const string LocalSystem = "S-1-5-18";

    public string Name => "Task Scheduler";

    public string? Lacking(KeeperScope scope) => null;

    // What the task was made from is kept, to be read by people; the scheduler has its own copy.
    public string FileOf(KeeperScope scope) => scope == KeeperScope.Machine
        ? Path.Combine(machine.Root, "ProgramData", "Jarvis", "runner-task.xml")
        : Path.Combine(machine.UserHome, "AppData", "Local", "Jarvis", "runner-task.xml");

    public KeeperPlan Install(KeeperOrder order) => new(
        [new KeeperFile(FileOf(order.Scope), Text(order))],
        [
            new KeeperStep("schtasks.exe", ["/End", "/TN", Task], MayFail: true),
            new KeeperStep("schtasks.exe", ["/Create", "/F", "/TN", Task, "/XML", FileOf(order.Scope)]),
            new KeeperStep("schtasks.exe", ["/Run", "/TN", Task]),
        ],
        [], []);

    public KeeperPlan Uninstall(KeeperScope scope) => new(
        [], [new KeeperStep("schtasks.exe", ["/End", "/TN", Task], MayFail: true), new KeeperStep("schtasks.exe", ["/Delete", "/F", "/TN", Task], MayFail: true)], [FileOf(scope)], []);

    // schtasks answers in the person's language; PowerShell's names are the same everywhere.
    public IReadOnlyList<KeeperStep> Ask(KeeperScope scope) =>
    [
        new KeeperStep("powershell.exe",
        [
            "-NoProfile", "-NonInteractive", "-Command",
            $"Get-ScheduledTask -TaskName '{Task}' | ForEach-Object {{ @{{ state = [string]$_.State; enabled = [bool]$_.Settings.Enabled }} }} | ConvertTo-Json -Compress",
        ], MayFail: true),
    ];

    public KeeperState Read(bool isInstalled, IReadOnlyList<KeeperAnswer> answers)
    {
        try
        {
            using var told = JsonDocument.Parse(answers[0].Output.Trim() is { Length: > 0 } text ? text : "{}");
            var known = told.RootElement.TryGetProperty("state", out var state);
            return new KeeperState(known, known && told.RootElement.GetProperty("enabled").GetBoolean(), known && state.GetString() == "Running", null, null);
        }
        catch (JsonException)
        {
            return new KeeperState(isInstalled, false, false, null, null);
        }
    }

    public string LogCommand(KeeperScope scope, string home) => $"powershell Get-Content -Wait '{Log(home)}'";

    private static string Log(string home) => home.TrimEnd('\\', '/') + "\\runner.log";

    private static string Text(KeeperOrder order)
    {
        var forMachine = order.Scope == KeeperScope.Machine;
        // cmd takes what stands between the outermost quotes as it is.
        var command = $"/d /s /c \"{string.Join(' ', order.Command.Select(argument => $"\"{argument}\""))} >> \"{Log(order.Home)}\" 2>&1\"";
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
              <RegistrationInfo><Description>Jarvis runner: runs workflows on this PC</Description></RegistrationInfo>
              <Triggers>{(forMachine ? "<BootTrigger><Enabled>true</Enabled></BootTrigger>" : $"<LogonTrigger><Enabled>true</Enabled><UserId>{SecurityElement.Escape(order.User)}</UserId></LogonTrigger>")}</Triggers>
              <Principals><Principal id="Author"><UserId>{(forMachine ? LocalSystem : SecurityElement.Escape(order.User))}</UserId>{(forMachine ? "" : "<LogonType>InteractiveToken</LogonType>")}</Principal></Principals>
              <Settings>
                <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
                <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
                <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
                <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
                <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
                <Enabled>true</Enabled>
              </Settings>
              <Actions Context="Author"><Exec><Command>%SystemRoot%\System32\cmd.exe</Command><Arguments>{SecurityElement.Escape(command)}</Arguments></Exec></Actions>
            </Task>

            """.ReplaceLineEndings("\r\n");
    }
}
