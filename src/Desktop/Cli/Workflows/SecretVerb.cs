using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Platform;
using Spectre.Console;

namespace Jarvis.Cli.Workflows;

/// <summary>
/// <c>jarvis secret set NAME</c>: keeps a value on this PC, encrypted, for workflows that list it under <c>use.secrets</c>; <c>list</c> shows the names and
/// never a value; <c>remove NAME</c> forgets one. No server hears of any of it.
/// </summary>
internal static class SecretVerb
{
    public static Command Create(string name, string summary) => new(name, summary) { Set(), List(), Remove() };

    private static Command Set()
    {
        var called = new Argument<string>("NAME") { Description = "What workflows call it: $secrets.NAME." };
        var home = ServerVerb.Home();
        return Verb("set", "Keeps a value; asked for on the terminal, or the first line of stdin.", home, [called], async (store, parsed, cancel) =>
        {
            var secret = parsed.GetRequiredValue(called);
            if (!SecretStore.IsName(secret))
            {
                throw new UsageException($"`{secret}` cannot name a secret: a letter or underscore, then letters, digits and underscores, at most 63.");
            }

            // Not as an argument: other users see the arguments of a process, and the shell keeps them.
            var value = Console.IsInputRedirected
                ? await Console.In.ReadLineAsync(cancel) ?? ""
                : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Prompt(new TextPrompt<string>($"{secret}:").Secret(null));
            if (value.Length == 0)
            {
                throw new UsageException("There is no value: give it on the terminal or on stdin.");
            }

            store.Set(secret, value);
            await Console.Error.WriteLineAsync($"{secret} is kept on this PC.");
            return ExitCode.Done;
        });
    }

    private static Command List()
    {
        var home = ServerVerb.Home();
        var json = ServerVerb.Json();
        return Verb("list", "Lists the names.", home, [json], (store, parsed, _) =>
        {
            var names = store.Names();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(new JsonArray([.. names.Select(known => (JsonNode)known)]));
            }
            else
            {
                foreach (var known in names)
                {
                    Console.Out.WriteLine(known);
                }
            }

            return Task.FromResult(ExitCode.Done);
        });
    }

    private static Command Remove()
    {
        var called = new Argument<string>("NAME") { Description = "The secret to forget." };
        var home = ServerVerb.Home();
        return Verb("remove", "Forgets a value.", home, [called], async (store, parsed, _) =>
        {
            var secret = parsed.GetRequiredValue(called);
            if (store.Remove(secret))
            {
                await Console.Error.WriteLineAsync($"{secret} is forgotten.");
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"There is no secret {secret} on this PC.");
            return ExitCode.Failed;
        });
    }

    private static Command Verb(
        string name, string summary, Option<string?> home, IReadOnlyList<Symbol> symbols, Func<SecretStore, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, summary) { home };
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Add(option);
            }
            else
            {
                command.Add((Argument)symbol);
            }
        }

        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await act(new SecretStore(JarvisHome.Open(parsed.GetValue(home)).SecretsFile), parsed, cancel);
            }
            catch (SecretException unusable)
            {
                await Console.Error.WriteLineAsync(unusable.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
