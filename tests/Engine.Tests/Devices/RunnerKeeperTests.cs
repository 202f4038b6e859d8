using System.Xml.Linq;
using Jarvis.Engine.Devices.Keepers;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Devices;

/// <summary>One contract for the three systems: what they would write and run; and that the hand does it.</summary>
public sealed class RunnerKeeperTests : IDisposable
{
    private static readonly KeeperMachine Machine = new("/", "/home/ada", null, "501");
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, KeeperScope> Each
    {
        get
        {
            var data = new TheoryData<string, KeeperScope>();
            foreach (var name in (string[])["systemd", "launchd", "Task Scheduler"])
            {
                data.Add(name, KeeperScope.Person);
                data.Add(name, KeeperScope.Machine);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void what_is_installed_starts_the_runner_of_that_home_and_nothing_in_it_is_secret(string name, KeeperScope scope)
    {
        var keeper = Keeper(name);
        var plan = keeper.Install(Order(scope) with { Server = new Uri("https://ada:hunter2@jarvis.example:8443/") });
        var file = plan.Writes.ShouldHaveSingleItem();
        file.Path.ShouldBe(keeper.FileOf(scope));
        file.Content.ShouldContain("/opt/jarvis app/jarvis");
        file.Content.ShouldContain("/home/ada/.jarvis");
        file.Content.ShouldContain("https://jarvis.example:8443/");
        file.Content.ShouldNotContain("hunter2");
        plan.Steps.ShouldContain(step => !step.MayFail);
        keeper.LogCommand(scope, "/home/ada/.jarvis").ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void what_is_uninstalled_is_what_was_installed(string name, KeeperScope scope)
    {
        var keeper = Keeper(name);
        var plan = keeper.Uninstall(scope);
        plan.Removes.ShouldBe(keeper.Install(Order(scope)).Writes.Select(file => file.Path));
        plan.Writes.ShouldBeEmpty();
        plan.Steps.ShouldAllBe(step => step.MayFail, "what is gone already is no reason to stop half way");
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void the_person_s_and_the_machine_s_do_not_meet(string name, KeeperScope scope)
    {
        var other = scope == KeeperScope.Person ? KeeperScope.Machine : KeeperScope.Person;
        Keeper(name).FileOf(scope).ShouldNotBe(Keeper(name).FileOf(other));
        if (scope == KeeperScope.Person)
        {
            Keeper(name).FileOf(scope).ShouldStartWith(Machine.UserHome);
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void a_system_that_knows_nothing_of_it_says_that_it_is_not_there(string name, KeeperScope scope)
    {
        var keeper = Keeper(name);
        keeper.Read(false, [.. keeper.Ask(scope).Select(_ => new KeeperAnswer(1, "", "not found"))]).ShouldBe(new KeeperState(false, false, false, null, null));
    }

    [Fact]
    public void what_starts_it_again_is_itself_or_dotnet_with_its_assembly()
    {
        KeeperOrder.ProgramOf("/usr/bin/dotnet", "/src/jarvis.dll").ShouldBe(["/usr/bin/dotnet", "/src/jarvis.dll"]);
        KeeperOrder.ProgramOf("/opt/jarvis/jarvis", "/opt/jarvis/jarvis.dll").ShouldBe(["/opt/jarvis/jarvis"]);
    }

    [Fact]
    public void systemd_starts_it_again_when_it_died_and_not_when_it_stopped_by_itself()
    {
        var text = Keeper("systemd").Install(Order(KeeperScope.Machine)).Writes[0].Content;
        var lines = text.Split('\n');
        lines.ShouldContain("Restart=on-failure");
        lines.ShouldContain("RestartPreventExitStatus=1 2");
        lines.ShouldContain("User=ada");
        lines.ShouldContain("WantedBy=multi-user.target");
        lines.ShouldContain("ExecStart=\"/opt/jarvis app/jarvis\" \"runner\" \"--home\" \"/home/ada/.jarvis\"");
        var mine = Keeper("systemd").Install(Order(KeeperScope.Person) with { Home = "/home/ada/100% \"$mine\"" });
        mine.Writes[0].Content.ShouldContain("\"/home/ada/100%% \\\"$$mine\\\"\"");
        mine.Writes[0].Content.ShouldNotContain("User=");
        mine.Steps.Select(step => step.ToString()).ShouldBe(
            ["systemctl --user daemon-reload", "systemctl --user enable jarvis-runner.service", "systemctl --user restart jarvis-runner.service", "loginctl enable-linger"]);
        Should.Throw<ArgumentException>(() => Keeper("systemd").Install(Order(KeeperScope.Person) with { Home = "/home/ada\nExecStart=/bin/evil" }));
    }

    [Fact]
    public void systemd_s_answer_is_read()
    {
        var state = Keeper("systemd").Read(true,
        [
            new KeeperAnswer(0, "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nActiveEnterTimestamp=Mon 2026-11-23 04:13:08 UTC\nMainPID=4242\n", ""),
        ]);
        state.ShouldBe(new KeeperState(true, true, true, new DateTimeOffset(2026, 11, 23, 4, 13, 8, TimeSpan.Zero), 4242));
        Keeper("systemd").Read(true, [new KeeperAnswer(0, "LoadState=loaded\nUnitFileState=disabled\nActiveState=failed\nActiveEnterTimestamp=\nMainPID=0\n", "")])
            .ShouldBe(new KeeperState(true, false, false, null, null));
    }

    [Fact]
    public void a_machine_without_systemd_says_so()
    {
        new SystemdKeeper(Machine with { Root = folder.Path }).Lacking(KeeperScope.Person).ShouldNotBeNull().ShouldContain("does not run systemd");
        Directory.CreateDirectory(Path.Combine(folder.Path, "run", "systemd", "system"));
        new SystemdKeeper(Machine with { Root = folder.Path }).Lacking(KeeperScope.Person).ShouldBeNull();
    }

    [Fact]
    public void launchd_starts_it_again_when_it_crashed_and_its_answer_is_read()
    {
        var keeper = Keeper("launchd");
        var plan = keeper.Install(Order(KeeperScope.Person) with { Home = "/Users/ada/R&D" });
        var list = XDocument.Parse(plan.Writes[0].Content).Root!.Element("dict")!;
        list.Elements("array").Single().Elements("string").Select(e => e.Value).ShouldBe(["/opt/jarvis app/jarvis", "runner", "--home", "/Users/ada/R&D"]);
        list.Elements("key").Single(key => key.Value == "KeepAlive").ElementsAfterSelf().First().Elements("key").Single().Value.ShouldBe("Crashed");
        plan.Steps[^1].Arguments.ShouldBe(["bootstrap", "gui/501", keeper.FileOf(KeeperScope.Person)]);
        keeper.Read(true, [new KeeperAnswer(0, "ai.jarvis.runner = {\n\tstate = running\n\tpid = 77\n}", ""), new KeeperAnswer(0, "\"ai.jarvis.runner\" => enabled", "")])
            .ShouldBe(new KeeperState(true, true, true, null, 77));
    }

    [Fact]
    public void windows_starts_it_at_the_sign_in_and_its_answer_is_read()
    {
        var keeper = Keeper("Task Scheduler");
        var task = XDocument.Parse(keeper.Install(Order(KeeperScope.Person)).Writes[0].Content);
        var space = task.Root!.GetDefaultNamespace();
        task.Descendants(space + "LogonTrigger").ShouldHaveSingleItem();
        task.Descendants(space + "RestartOnFailure").ShouldHaveSingleItem();
        task.Descendants(space + "Arguments").Single().Value.ShouldStartWith("/d /s /c \"\"/opt/jarvis app/jarvis\" \"runner\"");
        XDocument.Parse(keeper.Install(Order(KeeperScope.Machine)).Writes[0].Content).Descendants(space + "BootTrigger").ShouldHaveSingleItem();
        keeper.Read(true, [new KeeperAnswer(0, """{"enabled":true,"state":"Running"}""" + "\r\n", "")]).ShouldBe(new KeeperState(true, true, true, null, null));
    }

    [Fact]
    public async Task the_hand_writes_runs_and_removes_and_says_what_failed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It runs a shell.");
        var (unit, trace) = (folder.File("units/a.service"), folder.File("trace"));
        KeeperStep Sh(string script, bool mayFail = false) => new("/bin/sh", ["-c", script], mayFail);
        await KeeperHand.Do(new KeeperPlan([new KeeperFile(unit, "[Unit]\n")], [Sh("exit 3", mayFail: true), Sh($"cat '{unit}' > '{trace}'; echo $TZ >> '{trace}'")], [], []), CancellationToken.None);
        File.ReadAllText(trace).ShouldBe("[Unit]\nUTC\n");
        var failed = await Should.ThrowAsync<KeeperException>(() => KeeperHand.Do(new KeeperPlan([], [Sh("echo no bus >&2; exit 1")], [unit], []), CancellationToken.None));
        failed.Message.ShouldContain("no bus");
        File.Exists(unit).ShouldBeTrue("what failed removes nothing");
        (await Should.ThrowAsync<KeeperException>(() => KeeperHand.Do(new KeeperPlan([], [new KeeperStep("/no/such/program", [])], [], []), CancellationToken.None)))
            .Message.ShouldContain("/no/such/program");
        await KeeperHand.Do(new KeeperPlan([], [], [unit], [Sh($"test ! -e '{unit}'")]), CancellationToken.None);
        File.Exists(unit).ShouldBeFalse();
    }

    public void Dispose() => folder.Dispose();

    private static KeeperOrder Order(KeeperScope scope) => new(scope, ["/opt/jarvis app/jarvis"], "/home/ada/.jarvis", null, "ada");

    private static IRunnerKeeper Keeper(string name) => ((IRunnerKeeper[])[new SystemdKeeper(Machine), new LaunchdKeeper(Machine), new TaskSchedulerKeeper(Machine)]).Single(keeper => keeper.Name == name);
}
