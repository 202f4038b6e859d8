using System.CommandLine;
using Jarvis.Build;
using Jarvis.Build.Publishing;
using Jarvis.Build.Testing;

var root = new RootCommand("Builds, runs and tests Jarvis. Started by the launchers in build/.")
{
    TestVerb.Create(),
    PublishVerb.Create(),
};
if (BenchVerb.Exists)
{
    root.Add(BenchVerb.Create());
}

try
{
    var parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        // The last is about what was typed; one before it may only say that a verb is missing.
        await Console.Error.WriteLineAsync(parsed.Errors[^1].Message);
        return 2;
    }

    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}
