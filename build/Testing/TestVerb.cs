using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jarvis.Build.Compiling;
using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Jarvis.Build.Publishing;

namespace Jarvis.Build.Testing;

/// <summary><c>build/test</c>: builds everything once, runs every test on real parts, and ends with one line of sums.</summary>
public static class TestVerb
{
    // A test program that hangs must not hang the build; the slowest takes a few minutes.
    private static readonly TimeSpan ProgramTimeout = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(30);
    private static readonly string[] WithScreens = ["Acceptance.Tests", "Screens.Tests"];
    private const int StackLinesShown = 12;
    private const int CrashLinesKept = 400;
    private const int CrashLinesShown = 30;
    private const int CrashLineLength = 200;

    public static Command Create()
    {
        var only = new Argument<string[]>("project") { Description = "Only these test projects (Domain.Tests …); none: all.", Arity = ArgumentArity.ZeroOrMore };
        var verb = new Command("test", "Runs every test on real parts and sums them up.") { only };
        verb.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(only) ?? [], cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(string[] only, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var projects = Directory.GetDirectories(Repository.PathTo("tests"), "*.Tests")
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => only.Length == 0 || only.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (projects.Length == 0)
        {
            throw new ProblemException("There is no such test project; they are the folders tests/*.Tests.") { ExitCode = 2 };
        }

        Say("PostgreSQL for the tests");
        using var folder = new TestFolder();
        await using var postgres = Environment.GetEnvironmentVariable("JARVIS_TEST_DATABASE") is { Length: > 0 }
            ? null
            : await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { Folder = Path.Combine(folder.Path, "postgresql"), Durable = false, Temporary = true, Report = Say }, cancellation);
        var browser = await Browser.FindOrInstallAsync(Say, cancellation);
        if (browser is null)
        {
            Say("Chromium could not be had (install chromium or chrome): tests that need a browser are skipped.");
        }

        if (await Packages.FindOrInstallAsync(() => Tools.Find("cc"), "a C compiler", ["gcc", "libc6-dev"], Say, cancellation) is null)
        {
            Say("A C compiler could not be had (install cc): tests that move the clock of a process are skipped.");
        }

        Say("Building Jarvis.sln (" + DotNet.Configuration + ")");
        await DotNet.BuildAsync("Jarvis.sln", analysed: true, cancellation);
        Say($"Built after {Seconds(clock.Elapsed)}");
        if (projects.Intersect(WithScreens).Any())
        {
            // Once, before whatever is started and killed by the tests would begin with it again and again.
            await PublishedScreens.EnsureAsync(PublishedScreens.Folder, Say, cancellation);
            Say($"Published after {Seconds(clock.Elapsed)}");
        }

        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_ROOT"] = DotNet.Root,
            ["TMPDIR"] = folder.Temporary,
            ["PATH"] = DotNet.Root + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
        };
        if (postgres is not null)
        {
            environment["JARVIS_TEST_DATABASE"] = postgres.ConnectionString("postgres");
        }

        int passed = 0, failed = 0, skipped = 0;
        var unsteady = new List<FailedTest>();
        for (var i = 0; i < projects.Length; i++)
        {
            var report = await RunProjectAsync(projects[i], $"[{i + 1}/{projects.Length}]", folder.Path, environment, cancellation);
            passed += report.Passed;
            failed += report.Failed;
            skipped += report.Skipped;
            unsteady.AddRange(report.Unsteady);
        }

        if (postgres is not null)
        {
            await postgres.StopAsync();
        }

        foreach (var test in unsteady)
        {
            Say($"  PASSED ONLY AT ITS SECOND GO {test.Name}");
        }

        Say($"All of it took {Seconds(clock.Elapsed)}");
        Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static async Task<TestReport> RunProjectAsync(
        string project, string place, string folder, Dictionary<string, string?> environment, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = await RunProgramAsync(project, place, folder, environment, [], cancellation);
        Say($"{place} {project}: {result.Passed} passed, {result.Failed} failed, {result.Skipped} skipped ({Seconds(clock.Elapsed)})");
        Tell(result.Failures);
        foreach (var reason in result.SkipReasons.GroupBy(r => r))
        {
            Say($"  skipped {reason.Count()}: {reason.Key}");
        }

        if (result.ForASecondGo is not { Count: > 0 } methods)
        {
            return result;
        }

        Say($"{place} {project}: {methods.Count} once more, alone");
        var second = await RunProgramAsync(project, place, folder, environment, methods, cancellation);
        Tell(second.Failures);
        return result.After(second);
    }

    private static async Task<TestReport> RunProgramAsync(
        string project, string place, string folder, Dictionary<string, string?> environment, IReadOnlyList<string> methods, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var bin = Repository.PathTo("tests", project, "bin", DotNet.Configuration, "net10.0");
        var program = Path.Combine(bin, "Jarvis." + project + ".dll");
        var report = Path.Combine(folder, project + (methods.Count > 0 ? ".second.xml" : ".xml"));
        var output = new List<string>();
        await using var run = ChildProcess.Start(new ChildProcessOptions
        {
            Program = DotNet.Program,
            Arguments = [program, "-noColor", "-noLogo", "-result-xml", report, .. methods.SelectMany(method => new[] { "-method", method })],
            Folder = bin,
            Environment = environment,
            Grace = TimeSpan.FromSeconds(5),
            OnLine = (line, _) => output.Add(line),
        });
        try
        {
            while (await Task.WhenAny(run.Exited, Task.Delay(SignOfLife, cancellation)) != run.Exited)
            {
                cancellation.ThrowIfCancellationRequested();
                if (clock.Elapsed > ProgramTimeout)
                {
                    run.Kill();
                    await run.Exited;
                    output.Add("Killed: it had not ended after " + Seconds(ProgramTimeout) + ".");
                    break;
                }

                Say($"{place} {project} still runs ({Seconds(clock.Elapsed)})");
            }
        }
        finally
        {
            // Whatever a test left in its process group.
            run.Kill();
        }

        return TestReport.Read(project, report, await run.Exited, LastWords(output));
    }

    private static void Tell(IReadOnlyList<FailedTest> failures)
    {
        foreach (var failure in failures)
        {
            Say("  FAILED " + failure.Name + "\n" + Indent(failure.Message));
            if (failure.StackTrace is { } stack)
            {
                Say(Indent(string.Join('\n', stack.Split('\n').Take(StackLinesShown))));
            }
        }
    }

    /// <summary>The start of the last screenful of a program that crashed: the reason stands above its stack.</summary>
    private static string LastWords(List<string> output) =>
        string.Join('\n', output.ToArray().TakeLast(CrashLinesKept).Select(line => line.Length > CrashLineLength ? line[..CrashLineLength] + "…" : line)
            .Take(CrashLinesShown));

    private static string Indent(string text) => "    " + text.ReplaceLineEndings("\n    ");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    private static void Say(string line) => Console.WriteLine(line);
}
