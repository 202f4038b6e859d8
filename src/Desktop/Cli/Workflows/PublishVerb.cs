using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Workflows;

/// <summary><c>jarvis publish FILE</c>: publishes a workflow file as its next revision; what is wrong with it is shown by line and column.</summary>
internal static class PublishVerb
{
    private const string Document = """
        mutation Publish($input: PublishWorkflowInput!) { publishWorkflow(input: $input) { position workflow { id name revision } } }
        """;

    private const int MinSecretCharacters = 8;

    public static Command Create(string name, string summary)
    {
        var file = new Argument<string>("FILE") { Description = "The workflow, YAML or JSON; - for stdin." };
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        return new Command(name, summary) { file, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var path = parsed.GetValue(file)!;
            var source = await TextInput.Read(path, cancel);
            RefuseSecrets(path, source, client.Home);
            var input = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                ["source"] = source,
                ["reason"] = parsed.GetValue(reason),
            };
            try
            {
                var data = await client.GraphQL(Document, new JsonObject { ["input"] = input }, cancel);
                var published = data["publishWorkflow"]!;
                if (parsed.GetValue(json))
                {
                    ServerVerb.Print(published);
                }
                else
                {
                    var workflow = published["workflow"]!;
                    await Console.Out.WriteLineAsync($"{workflow["name"]} revision {workflow["revision"]} ({workflow["id"]})");
                }

                return ExitCode.Done;
            }
            catch (ServerRefusal refusal) when (refusal.Details?["problems"] is JsonArray { Count: > 0 } problems)
            {
                foreach (var problem in problems)
                {
                    await Console.Error.WriteLineAsync($"{path}:{problem!["line"]}:{problem["column"]}: {problem["message"]} ({problem["code"]})");
                }

                return ExitCode.BadUsage;
            }
        });
    }

    /// <summary>A secret of this PC that stands in the text itself would leave it; it is to be named instead.</summary>
    private static void RefuseSecrets(string path, string source, JarvisHome home)
    {
        foreach (var (name, secret) in new SecretStore(home.SecretsFile).All())
        {
            // Shorter ones stand in any text.
            if (secret is Domain.Workflows.Data.JsonString { Value.Length: >= MinSecretCharacters } && new SecretMask([secret]).Apply(source) != source)
            {
                throw new UsageException($"{path} holds the value of this PC's secret '{name}', and was not published: list it under use.secrets and write ${{ $secrets.{name} }}.");
            }
        }
    }
}
