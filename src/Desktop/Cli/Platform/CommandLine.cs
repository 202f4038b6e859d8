using System.CommandLine;
using System.Text.RegularExpressions;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Platform;

/// <param name="Summary">One sentence for the overview.</param>
/// <param name="Create">Builds the verb's command; called only when it is needed.</param>
internal sealed record Verb(string Summary, Func<string, string, Command> Create);

/// <summary>What the process ends with: 0 done, 1 the workflow faulted or the answer is no, 2 bad usage or input.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;
}

/// <summary>Bad usage or input: its message goes to stderr as one sentence, and the process ends with 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

internal static partial class CommandLine
{
    public static async Task<int> Run(string[] args, IReadOnlyDictionary<string, Verb> verbs)
    {
        var root = new RootCommand("Jarvis automates this computer: it runs workflows, and the server keeps every step of them.");
        if (args.Length > 0 && verbs.TryGetValue(args[0], out var asked))
        {
            root.Add(asked.Create(args[0], asked.Summary));
        }
        else
        {
            foreach (var (name, verb) in verbs)
            {
                root.Add(verb.Create(name, verb.Summary));
            }
        }

        if (args is [var first, ..] && first.Length > 0 && first[0] is not ('-' or '[') && !verbs.ContainsKey(first))
        {
            await Console.Error.WriteLineAsync($"There is no command '{first}'. See `jarvis --help`.");
            return ExitCode.BadUsage;
        }

        // An argument that begins with @ is what it says (jq's formats do), not the name of a file with more arguments.
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (args.Length == 0)
        {
            // Bad usage still, but what there is helps more than that something is missing.
            await parsed.InvokeAsync(new InvocationConfiguration { Output = Console.Error });
            return ExitCode.BadUsage;
        }

        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(Plain(error.Message));
            }

            await Console.Error.WriteLineAsync($"See `jarvis {(args.Length > 0 && verbs.ContainsKey(args[0]) ? args[0] + " " : "")}--help`.");
            return ExitCode.BadUsage;
        }

        using var interruption = new Interruption();
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.Code;
        }
        catch (Exception usage) when (usage is UsageException or HomeException)
        {
            await Console.Error.WriteLineAsync(usage.Message);
            return ExitCode.BadUsage;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            // A full disk, or an output that was closed: nothing that a trace of this program would explain.
            await Console.Error.WriteLineAsync(trouble.Message);
            return ExitCode.Failed;
        }
    }

    /// <summary>What the parser says of numbers names a type of this program's language.</summary>
    private static string Plain(string message) =>
        NoNumber().Replace(message, match => $"'{match.Groups["given"].Value}' is no whole number{(match.Groups["option"].Value is { Length: > 0 } option ? $", which {option} takes" : "")}.");

    [GeneratedRegex(@"^Cannot parse argument '(?<given>.*)' for (command '[^']*'|option '(?<option>[^']*)') as expected type 'System\.(Nullable`1\[System\.)?U?Int\d+\]?'\.$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex NoNumber();
}
