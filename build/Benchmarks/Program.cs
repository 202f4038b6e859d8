using System.CommandLine;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Benchmarks.Platform.Screens;
using Jarvis.Benchmarks.Runs;
using Jarvis.Benchmarks.Workflows;
using Jarvis.Build;
using Jarvis.Build.Publishing;
using System.Runtime.InteropServices;

IFigure[] figures =
[
    new BatchedIngest(),
    new ManyRunners(),
    new AcknowledgedSteps(),
    new OneRunAtATime(),
    new EngineSubmits(),
    new StreamReading(),
    new ToldAtCommit(),
    new RunListing(),
    new RunListingCounted(),
    new DashboardNumbers(),
    new EngineAlone(),
    new Expressions(),
    new StartUp(),
    new BatchesAgain(),
    new HistoryGrowth(),
    new ViewsMadeAnew(),
    new ServerCosts(),
    new ManySubscribers(),
    new OfflineStart(),
    new FirstInteraction("S2", "m", "phone app", 2.0),
    new FirstInteraction("S3", "admin", "back office", 2.5),
    new LongList(),
    new LogInput(),
];

var names = new Argument<string[]>("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "Figures of the goals, such as P1 P3. Default: all." };
var json = new Option<FileInfo?>("--json") { Description = "Writes the table as JSON, too." };
var quick = new Option<bool>("--quick") { Description = "One short round: shows that it works, not how fast it is." };
var rounds = new Option<int>("--rounds") { Description = "Interleaved rounds of each figure.", DefaultValueFactory = _ => Rounds.DefaultCount };
var large = new Option<bool>("--large") { Description = "P11 and P16 at ten million instead of one: half an hour and 20 GB." };
var events = new Option<long?>("--events") { Description = "P7 with so many events instead of a million: to try something quickly." };
var keep = new Option<bool>("--keep") { Description = "Keeps the database's folder for a look afterwards." };
var statements = new Option<bool>("--statements") { Description = "Also tells which statements kept PostgreSQL busy; costs a little itself." };
var published = new Option<bool>("--published") { Description = "Publishes server and runner first and measures those, as people get them; needs two minutes more." };
var command = new RootCommand("Measures Jarvis beside its limits and peers, in the same run, on this machine.") { names, json, quick, rounds, large, events, keep, statements, published };
command.SetAction(async (parsed, cancellation) =>
{
    var wanted = parsed.GetValue(names)!;
    var unknown = wanted.Except(figures.Select(f => f.Name), StringComparer.OrdinalIgnoreCase).ToArray();
    if (unknown.Length > 0)
    {
        await Console.Error.WriteLineAsync($"There is no figure {string.Join(", ", unknown)}; there are {string.Join(", ", figures.Select(f => f.Name).Distinct())}.");
        return 2;
    }

    var plan = parsed.GetValue(quick) ? Rounds.Quick : Rounds.Full(Math.Max(1, parsed.GetValue(rounds))) with { IsLarge = parsed.GetValue(large), Events = parsed.GetValue(events) };
    if (parsed.GetValue(published))
    {
        await PublishVerb.PublishProgramsAsync(RuntimeInformation.RuntimeIdentifier, cancellation);
        Programs.ArePublished = true;
    }

    List<Row> rows = [];
    await using (var stage = new Stage(parsed.GetValue(keep), parsed.GetValue(statements)))
    {
        foreach (var figure in figures.Where(f => wanted.Length == 0 || wanted.Contains(f.Name, StringComparer.OrdinalIgnoreCase)))
        {
            Report.Say($"{figure.Name}: {figure.Work}");
            try
            {
                rows.AddRange(await figure.MeasureAsync(stage, plan, cancellation));
                await stage.TellStatementsAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One figure that cannot be had must not cost the others; it stands in the table as failed.
                await Console.Error.WriteLineAsync($"{figure.Name}: {e}");
                rows.Add(Row.Failed(figure, e.Message.ReplaceLineEndings(" ")));
            }
        }
    }

    Table.Print(rows, Console.Out);
    if (parsed.GetValue(json) is { } file)
    {
        await File.WriteAllBytesAsync(file.FullName, JsonSerializer.SerializeToUtf8Bytes(Table.AsJson(rows, plan), Table.Indented), cancellation);
    }

    return rows.Any(row => row.HasFailed) ? 1 : 0;
});

try
{
    return await command.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
