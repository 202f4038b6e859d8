using System.Diagnostics;
using System.Text;
using Jarvis.Benchmarks.Platform;
using Jarvis.Build.Processes;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;

namespace Jarvis.Benchmarks.Workflows;

/// <summary>P15: ten ordinary jq expressions over many inputs, read and written as text on both sides.</summary>
internal sealed class Expressions : IFigure
{
    private const int Inputs = 20_000;

    private static readonly string[] Ordinary =
    [
        ".total + 1",
        ".name | ascii_downcase",
        ".lines | map(.price * .count) | add",
        "[.lines[] | select(.price > 10) | .sku]",
        "if .total > 100 then \"large\" else \"small\" end",
        "{id, name, first: .lines[0].sku}",
        ".lines | sort_by(.price) | last | .sku",
        ".tags | join(\", \")",
        "\"\\(.name) has \\(.lines | length) lines\"",
        ".address.city // \"unknown\"",
    ];

    public string Name => "P15";

    public string Work => "ten jq expressions";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var jq = Tools.Find("jq") ?? throw new InvalidOperationException("The program jq is not to be had here.");
        var count = rounds.IsQuick ? Inputs / 10 : Inputs;
        Directory.CreateDirectory(stage.Folder);
        var file = Path.Combine(stage.Folder, "inputs.json");
        var lines = Enumerable.Range(0, count).Select(Input).ToArray();
        await File.WriteAllLinesAsync(file, lines, cancellation);
        var documents = lines.Select(Encoding.UTF8.GetBytes).ToArray();

        var pairs = await rounds.TakeAsync(
            () => Task.FromResult(Ours(documents)),
            async () =>
            {
                var watch = Stopwatch.StartNew();
                foreach (var expression in Ordinary)
                {
                    var result = await Tools.RunAsync("/bin/sh", ["-c", "exec \"$0\" -c \"$1\" \"$2\" >/dev/null", jq, expression, file], cancellation: cancellation);
                    if (!result.Succeeded)
                    {
                        throw new InvalidOperationException($"jq did not take {expression}: {result.Tail()}");
                    }
                }

                return Ordinary.Length * count / watch.Elapsed.TotalSeconds;
            },
            () => Task.CompletedTask);
        File.Delete(file);
        return
        [
            Medians.Row(this, pairs, "evaluations/s", "the jq program", new Target(0.5, 2, Better.Higher), Limits.Expressions, $"{count:#,0} inputs of {lines[0].Length} bytes, one thread"),
        ];
    }

    private static double Ours(byte[][] documents)
    {
        var watch = Stopwatch.StartNew();
        long written = 0;
        foreach (var expression in Ordinary)
        {
            var program = JqProgram.Compile(expression);
            foreach (var document in documents)
            {
                foreach (var result in program.Evaluate(Json.Parse(document)))
                {
                    written += result.ToString().Length;
                }
            }
        }

        return written > 0 ? Ordinary.Length * documents.Length / watch.Elapsed.TotalSeconds : throw new InvalidOperationException("The expressions gave nothing.");
    }

    private static string Input(int n) => FormattableString.Invariant(
        $$"""{"id":{{n}},"name":"Order {{n}}","total":{{n % 250}}.5,"tags":["new","paid","web"],"address":{"street":"Long Street {{n % 90}}","zip":"10115"},"lines":[{"sku":"A-{{n % 7}}","price":12.5,"count":2},{"sku":"B-{{n % 11}}","price":{{n % 40}},"count":1},{"sku":"C-{{n % 13}}","price":3.75,"count":10}]}""");
}
