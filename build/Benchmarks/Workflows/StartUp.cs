using System.Diagnostics;
using Jarvis.Benchmarks.Platform;
using Jarvis.Build.Processes;

namespace Jarvis.Benchmarks.Workflows;

/// <summary>P15, its second half: from the command line to the end of a workflow of one task.</summary>
internal sealed class StartUp : IFigure
{
    private const int StartsPerRound = 10;

    private const string OneTask = """
        document: { dsl: '1.0.0', namespace: bench, name: one-task, version: '1.0.0' }
        do:
          - only: { set: { done: true } }
        """;

    public string Name => "P15";

    public string Work => "start-up of jarvis run";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var jq = Tools.Find("jq") ?? throw new InvalidOperationException("The program jq is not to be had here.");
        var jarvis = Programs.Jarvis();
        Directory.CreateDirectory(stage.Folder);
        var file = Path.Combine(stage.Folder, "one-task.yaml");
        await File.WriteAllTextAsync(file, OneTask, cancellation);
        var starts = rounds.IsQuick ? 1 : StartsPerRound;
        var pairs = await rounds.TakeAsync(
            () => MillisecondsAsync(starts, jarvis[0], [.. jarvis[1..], "run", file], cancellation),
            () => MillisecondsAsync(starts, jq, ["-n", "{done: true}"], cancellation),
            () => Task.CompletedTask);
        File.Delete(file);
        return [Medians.Row(this, pairs, "ms", "start-up of jq", new Target(6, 1.5, Better.Lower), Limits.StartUp)];
    }

    private static async Task<double> MillisecondsAsync(int starts, string program, string[] arguments, CancellationToken cancellation)
    {
        List<double> took = [];
        for (var i = 0; i < starts; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var result = await Tools.RunAsync(program, arguments, cancellation: cancellation);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!result.Succeeded)
            {
                throw new InvalidOperationException($"{program} failed: {result.Tail()}");
            }
        }

        return Medians.Of(took);
    }
}
