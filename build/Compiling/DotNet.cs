using Jarvis.Build.Processes;

namespace Jarvis.Build.Compiling;

/// <summary>The .NET SDK that started this program.</summary>
public static class DotNet
{
    /// <summary>One configuration for everything that is run, tested or published.</summary>
    public const string Configuration = "Release";

    private static readonly string[] Unanalysed = ["-p:RunAnalyzersDuringBuild=false"];

    /// <summary>The <c>dotnet</c> program itself.</summary>
    public static string Program { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? Environment.ProcessPath!
            : Tools.Find("dotnet") ?? throw new ProblemException("Install the .NET 10 SDK (https://dot.net/download).");

    /// <summary>Lets a built program find the runtime, wherever the SDK was unpacked.</summary>
    public static string Root { get; } =
        Path.GetDirectoryName(new FileInfo(Program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Program)!;

    /// <summary>Builds a project or the solution; leaves no build server behind.</summary>
    /// <param name="analysed">Whether the analysers judge it too. They take most of a build's time, and who starts Jarvis changes nothing.</param>
    /// <exception cref="ProblemException">With the compiler's errors.</exception>
    public static Task BuildAsync(string project, bool analysed, CancellationToken cancellation) =>
        RunAsync(["build", project, "-c", Configuration, .. analysed ? [] : Unanalysed], cancellation);

    /// <summary>Builds one project against others as they are.</summary>
    /// <param name="setting">One more property, as <c>-p:Name=value</c>.</param>
    /// <exception cref="ProblemException">With the compiler's errors.</exception>
    public static Task BuildAloneAsync(string project, string setting, CancellationToken cancellation) =>
        RunAsync(["build", project, "-c", Configuration, "--no-restore", "--no-dependencies", .. Unanalysed, setting], cancellation);

    /// <summary>Compiled ahead of time as far as the runtime takes it, so that a start spends its time on starting.</summary>
    public static Task PublishAsync(string project, string runtime, string folder, CancellationToken cancellation, params string[] settings) =>
        RunAsync(["publish", project, "-c", Configuration, "-r", runtime, "--self-contained", "-p:PublishReadyToRun=true", .. Unanalysed, .. settings, "-o", folder], cancellation);

    /// <summary>An app for the browser, trimmed and compressed.</summary>
    public static Task PublishScreenAsync(string project, string folder, CancellationToken cancellation)
    {
        // Over the traces of an earlier build the SDK mixes that one's page with this one's files (seen with 10.0.401: no import map, old compressed pages).
        var traces = Path.Combine(Repository.PathTo(project), "obj", Configuration);
        if (Directory.Exists(traces))
        {
            Directory.Delete(traces, recursive: true);
        }

        return RunAsync(["publish", project, "-c", Configuration, .. Unanalysed, "-o", folder], cancellation);
    }

    /// <summary>Runs a built program to its end.</summary>
    /// <exception cref="ProblemException">It failed; with the end of what it said.</exception>
    public static async Task RunAsync(string assembly, IEnumerable<string> arguments, string folder, CancellationToken cancellation)
    {
        var result = await Tools.RunAsync(Program, [assembly, .. arguments], folder, cancellation: cancellation);
        if (!result.Succeeded)
        {
            throw new ProblemException($"{result.Tail()}\n{Path.GetFileName(assembly)} failed: see above.");
        }
    }

    /// <summary>Two compilations at once (<c>build/up</c> and <c>build/test</c> in two terminals) would write each other's files.</summary>
    private static async Task<FileStream> TakeTurnAsync(CancellationToken cancellation)
    {
        var file = Repository.PathTo(".jarvis", "build", "compiling.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }
        }
    }

    private static async Task RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        const int ErrorsShown = 40;
        using var turn = await TakeTurnAsync(cancellation);
        var result = await Tools.RunAsync(
            Program,
            [.. arguments, "--disable-build-servers", "--nologo", "-v", "quiet", "-clp:NoSummary"],
            Repository.Root,
            cancellation: cancellation);
        if (!result.Succeeded)
        {
            var errors = result.Output.Split('\n').Where(line => line.Contains("error ", StringComparison.Ordinal)).Distinct().Take(ErrorsShown).ToArray();
            throw new ProblemException(
                (errors.Length == 0 ? result.Tail() : string.Join('\n', errors)) + "\nIt does not build: see above"
                + (result.Output.Contains("NU1301", StringComparison.Ordinal) ? ", and connect to the network once, for the packages." : "."));
        }
    }
}
