using System.CommandLine;
using Jarvis.Build;

var root = new RootCommand("Builds, runs and tests Jarvis. Started by the launchers in build/.");
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
