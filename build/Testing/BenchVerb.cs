using System.CommandLine;
using Jarvis.Build.Compiling;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Testing;

/// <summary><c>build/bench</c>: builds the benchmarks and runs them with the arguments given.</summary>
public static class BenchVerb
{
    private const string Project = "build/Benchmarks/Benchmarks.csproj";

    public static bool Exists => File.Exists(Repository.PathTo(Project));

    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "For the benchmarks: NAME, --json FILE.", Arity = ArgumentArity.ZeroOrMore };
        var verb = new Command("bench", "The benchmarks, each beside its limit or peer, as a table of ratios.") { arguments };
        verb.TreatUnmatchedTokensAsErrors = false;
        verb.SetAction(async (parsed, cancellation) =>
        {
            await DotNet.BuildAsync("Jarvis.sln", analysed: false, cancellation);
            var program = Repository.PathTo("build", "Benchmarks", "bin", DotNet.Configuration, "net10.0", "Jarvis.Benchmarks.dll");
            await using var run = ChildProcess.Start(new ChildProcessOptions
            {
                Program = DotNet.Program,
                Arguments = [program, .. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens],
                Environment = new Dictionary<string, string?> { ["DOTNET_ROOT"] = DotNet.Root },
                OnLine = (line, isError) => (isError ? Console.Error : Console.Out).WriteLine(line),
            });
            return await run.Exited.WaitAsync(cancellation);
        });
        return verb;
    }
}
