using System.CommandLine;

namespace Jarvis.Cli.Workflows;

internal static class EvalVerb
{
    public static Command Create(string name, string summary) => new(name, summary);
}
