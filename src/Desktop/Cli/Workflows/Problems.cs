using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Cli.Workflows;

internal static class Problems
{
    /// <summary>Each problem on stderr as <c>file:line:column: message</c>, which editors can follow.</summary>
    public static async Task Tell(string file, IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            await Console.Error.WriteLineAsync($"{file}:{problem.Line}:{problem.Column}: {problem.Message}");
        }
    }
}
