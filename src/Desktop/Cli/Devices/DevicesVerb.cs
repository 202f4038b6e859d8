using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Devices;

/// <summary><c>jarvis devices</c>: the devices and how they are; <c>devices approve CODE</c> pairs one that shows that code; the others steer one.</summary>
internal static class DevicesVerb
{
    private const string List = """
        query Devices {
          devices(first: 100) { edges { node {
            id name status os version address lastSeenAt pausedAt atOnce scopes clockOffset { milliseconds uncertaintyMilliseconds } whyIdle { code message since }
          } } }
          viewer { chosenDevice { id } }
        }
        """;

    private const string Waiting = """
        query Pairing($userCode: String!) { pairing(userCode: $userCode) { name os version } }
        """;

    private const string Approve = """
        mutation Approve($input: ApproveDeviceInput!) { approveDevice(input: $input) { position device { id name } } }
        """;

    public static Command Create(string name, string summary)
    {
        var json = ServerVerb.Json();
        var command = new Command(name, summary) { json };
        command.AsSignedIn(async (client, parsed, cancel) =>
        {
            var data = await client.GraphQL(List, [], cancel);
            var devices = ((JsonArray)data["devices"]!["edges"]!).Select(edge => edge!["node"]!).ToArray();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(new JsonArray([.. devices.Select(device => device.DeepClone())]));
                return ExitCode.Done;
            }

            var chosen = (string?)data["viewer"]?["chosenDevice"]?["id"];
            Tables.Print(["DEVICE", "NAME", "STATUS", "IDLE BECAUSE", "CLOCK", "SYSTEM", "VERSION", "LAST SEEN"], devices.Select(device => (IReadOnlyList<string>)
            [
                $"{device["id"]}", $"{device["name"]}" + (chosen == (string?)device["id"] ? " (chosen)" : ""),
                $"{device["status"]}".ToLowerInvariant() + (device["pausedAt"] is null ? "" : ", paused"),
                device["whyIdle"] is JsonArray { Count: > 0 } why ? DeviceOwnerVerbs.Code(why[0]!) : "", DeviceOwnerVerbs.Clock(device["clockOffset"]), $"{device["os"]}", $"{device["version"]}",
                Tables.Local((string?)device["lastSeenAt"]),
            ]), "There is no device yet; `jarvis runner` on a PC shows the code to pair it with.");
            return ExitCode.Done;
        });
        command.Add(CreateApprove());
        command.Add(DeviceControlVerb.Pause());
        command.Add(DeviceControlVerb.Resume());
        command.Add(DeviceControlVerb.Limit());
        command.Add(DeviceOwnerVerbs.Why());
        command.Add(DeviceOwnerVerbs.Choose());
        command.Add(DeviceOwnerVerbs.Allow());
        command.Add(DeviceOwnerVerbs.Rename());
        command.Add(DeviceOwnerVerbs.Unbind());
        return command;
    }

    private static Command CreateApprove()
    {
        var code = new Argument<string>("CODE") { Description = "The code that the runner shows, such as ABCD-EFGH." };
        var called = new Option<string?>("--name") { Description = "What to call the device; what it calls itself where it is missing.", HelpName = "NAME" };
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        var allowed = DeviceOwnerVerbs.AllowOption();
        return new Command("approve", "Pairs the device that shows this code.") { code, called, allowed, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var userCode = parsed.GetValue(code)!.Trim().ToUpperInvariant();
            var name = parsed.GetValue(called);
            if (name is null)
            {
                var asking = await client.GraphQL(Waiting, new JsonObject { ["userCode"] = userCode }, cancel);
                name = (string?)asking["pairing"]?["name"] ?? throw new ServerRefusal("pairing.not_found", $"Nothing waits for the code {userCode}; codes run out after some minutes.");
            }

            var input = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                ["userCode"] = userCode,
                ["name"] = name,
                ["reason"] = parsed.GetValue(reason),
            };
            if (parsed.GetValue(allowed) is { Length: > 0 } scopes)
            {
                input["scopes"] = DeviceOwnerVerbs.OnTheWire(scopes);
            }

            var data = await client.GraphQL(Approve, new JsonObject { ["input"] = input }, cancel);
            var approved = data["approveDevice"]!;
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(approved);
            }
            else
            {
                await Console.Out.WriteLineAsync($"{approved["device"]?["name"] ?? name} is paired ({approved["device"]?["id"]}).");
            }

            return ExitCode.Done;
        });
    }
}
