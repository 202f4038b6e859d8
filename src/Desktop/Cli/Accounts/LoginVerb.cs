using System.CommandLine;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Platform;
using Spectre.Console;

namespace Jarvis.Cli.Accounts;

/// <summary><c>jarvis login URL</c>: signs in at a server and keeps the session for the other verbs.</summary>
internal static class LoginVerb
{
    public static Command Create(string name, string summary)
    {
        var url = new Argument<string>("URL") { Description = "The server's address, such as http://127.0.0.1:5080." };
        var email = new Option<string?>("--email") { Description = "Who signs in; asked for where it is missing.", HelpName = "E-MAIL" };
        var fromStdin = new Option<bool>("--password-stdin") { Description = "Reads the password from stdin, up to the end of the line." };
        var home = ServerVerb.Home();
        var command = new Command(name, summary) { url, email, fromStdin, home };
        command.SetAction((parsed, cancel) => ServerVerb.Answer(async () =>
        {
            var server = ServerAddress.Parse(parsed.GetValue(url)!);
            var folder = JarvisHome.Open(parsed.GetValue(home));
            var who = parsed.GetValue(email) ?? Ask("E-mail:", secret: false);
            var password = parsed.GetValue(fromStdin) ? await Console.In.ReadLineAsync(cancel) ?? "" : Ask("Password:", secret: true);
            await ServerClient.SignIn(folder, server, who, password, cancel);
            await Console.Out.WriteLineAsync($"Signed in at {server} as {who}.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Ask(string question, bool secret)
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException("There is no terminal to ask on: give --email and --password-stdin.");
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var prompt = new TextPrompt<string>(question);
        return console.Prompt(secret ? prompt.Secret(null) : prompt);
    }
}
