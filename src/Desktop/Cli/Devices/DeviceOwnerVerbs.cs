using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Devices;

/// <summary>What an owner settles about a device: <c>jarvis devices why|choose|allow|rename|unbind NAME</c>.</summary>
internal static class DeviceOwnerVerbs
{
    private const string WhyDocument = """
        query Why($id: UUID!) { device(id: $id) { id name whyIdle { code message since count limit functions by { id } } } }
        """;

    private static readonly string[] Scopes = ["take-runs", "hand-in-runs"];

    public static Command Why()
    {
        var device = Device();
        var json = ServerVerb.Json();
        return new Command("why", "Says why nothing runs on a device.") { device, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var id = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel);
            var found = (await client.GraphQL(WhyDocument, new JsonObject { ["id"] = id }, cancel))["device"]
                ?? throw new ServerRefusal("device.not_found", "There is no such device.");
            var reasons = ((JsonArray)found["whyIdle"]!).Select(reason => reason!).ToArray();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(found["whyIdle"]);
            }
            else if (reasons.Length == 0)
            {
                await Console.Out.WriteLineAsync("Something runs on it.");
            }
            else
            {
                Tables.Print(["WHY", "WHAT", "SINCE", "RUNS"], reasons.Select(reason => (IReadOnlyList<string>)
                    [Code(reason), $"{reason["message"]}", Tables.Local((string?)reason["since"]), (int)reason["count"]! == 0 ? "" : $"{reason["count"]}"]));
            }

            return ExitCode.Done;
        });
    }

    public static Command Choose()
    {
        var device = new Argument<string?>("NAME") { Description = "The device's name or id.", Arity = ArgumentArity.ZeroOrOne };
        var none = new Option<bool>("--none") { Description = "Chooses none." };
        return new Command("choose", "Chooses the device that you look at: the same on the phone, in the browser and here.") { device, none }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var named = parsed.GetValue(device);
            if (named is null != parsed.GetValue(none))
            {
                throw new UsageException("Name a device, or give --none.");
            }

            await Give(client, "chooseDevice", "ChooseDeviceInput", new JsonObject { ["deviceId"] = named is null ? null : await DeviceReference.Resolve(client, named, cancel) }, cancel);
            return ExitCode.Done;
        });
    }

    public static Command Allow()
    {
        var device = Device();
        var scopes = new Argument<string[]>("WHAT") { Description = $"All that it may do: {string.Join(", ", Scopes)}; nothing where none is named.", Arity = ArgumentArity.ZeroOrMore };
        scopes.AcceptOnlyFromAmong(Scopes);
        var reason = ServerVerb.Reason();
        return new Command("allow", "Says what a device may do.") { device, scopes, reason }.AsSignedIn(async (client, parsed, cancel) =>
        {
            await Give(client, "allowDevice", "AllowDeviceInput", new JsonObject
            {
                ["deviceId"] = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel),
                ["scopes"] = OnTheWire(parsed.GetValue(scopes)),
                ["reason"] = parsed.GetValue(reason),
            }, cancel);
            return ExitCode.Done;
        });
    }

    public static Command Rename()
    {
        var device = Device();
        var name = new Argument<string>("NEW") { Description = "What it is called from now on." };
        return new Command("rename", "Calls a device something else.") { device, name }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var input = new JsonObject { ["deviceId"] = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel), ["name"] = parsed.GetValue(name) };
            await Give(client, "renameDevice", "RenameDeviceInput", input, cancel);
            return ExitCode.Done;
        });
    }

    public static Command Unbind()
    {
        var device = Device();
        var yes = new Option<bool>("--yes") { Description = "Yes, unbind it: its runs end as failed, and only a new pairing brings it back." };
        var reason = ServerVerb.Reason();
        return new Command("unbind", "Takes a device's right to sign in, for good.") { device, yes, reason }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var id = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel);
            if (!parsed.GetValue(yes))
            {
                throw new UsageException($"This takes the right to sign in from {parsed.GetValue(device)} ({id}) for good; its runs end as failed. Add --yes to do it.");
            }

            await Give(client, "revokeDevice", "RevokeDeviceInput", new JsonObject { ["deviceId"] = id, ["reason"] = parsed.GetValue(reason) }, cancel);
            return ExitCode.Done;
        });
    }

    /// <summary>`--allow` of an approval.</summary>
    public static Option<string[]> AllowOption()
    {
        var option = new Option<string[]>("--allow") { Description = $"All that it may do: {string.Join(", ", Scopes)}; everything where it is missing.", AllowMultipleArgumentsPerToken = true, HelpName = "WHAT" };
        option.AcceptOnlyFromAmong(Scopes);
        return option;
    }

    public static JsonArray OnTheWire(string[]? scopes) =>
        [.. (scopes ?? []).Select(scope => (JsonNode)scope.Replace('-', '_').ToUpperInvariant())];

    /// <summary>The first reason in a word, for a table.</summary>
    public static string Code(JsonNode reason) => $"{reason["code"]}".ToLowerInvariant().Replace('_', ' ');

    /// <summary>How far the PC's clock is ahead (+) or behind (-), such as <c>+2.0 s ±12 ms</c>.</summary>
    public static string Clock(JsonNode? clock)
    {
        if (clock?["milliseconds"] is not { } told)
        {
            return "";
        }

        var milliseconds = (double)told;
        var sure = clock["uncertaintyMilliseconds"] is { } about ? string.Create(CultureInfo.InvariantCulture, $" ±{(double)about:0} ms") : "";
        return (milliseconds < 0 ? "-" : "+") + Durations.Text(Math.Abs(milliseconds) / 1000) + sure;
    }

    private static Argument<string> Device() => new("NAME") { Description = "The device's name or id." };

    private static async Task Give(ServerClient client, string field, string inputType, JsonObject input, CancellationToken cancel)
    {
        input["commandId"] = ServerVerb.NewCommandId();
        await client.GraphQL($"mutation Settle($input: {inputType}!) {{ {field}(input: $input) {{ position }} }}", new JsonObject { ["input"] = input }, cancel);
    }
}
