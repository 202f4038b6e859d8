using System.CommandLine;

namespace Jarvis.Cli.Runs;

internal static class RunVerb
{
    public static Command Create(string name, string summary) => new(name, summary);
}
