using Jarvis.TypedGraphQL;

// schema FILE · namespace NAME · root FOLDER · out FOLDER · types yes|no · document FILE … · shared NAMESPACE=FILE …; one a line.
if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("usage: TypedGraphQL RESPONSE-FILE");
    return 2;
}

var order = GenerationOrder.Read(await File.ReadAllLinesAsync(args[0]));
var problems = await Generation.RunAsync(order);
foreach (var problem in problems)
{
    // The form that MSBuild, editors and CI read: file(line,column): error CODE: text.
    Console.WriteLine($"{problem.File}({problem.Line},{problem.Column}): error JGQL01: {problem.Message}");
}

return problems.Count == 0 ? 0 : 1;
