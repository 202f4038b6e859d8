using System.Globalization;
using System.Text.Json.Nodes;
using Jarvis.Engine.Devices;

namespace Jarvis.Cli.Devices;

/// <summary>The runner's news on stdout: a line for people, or a JSON object with <c>event</c> for programs.</summary>
internal sealed class RunnerLines(bool json)
{
    public void Print(RunnerNews news)
    {
        var line = json ? Json(news).ToJsonString() : $"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {Printable(Text(news))}";
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    public void End(string reason, string message)
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonObject { ["event"] = reason, ["message"] = message }.ToJsonString());
        }

        Console.Error.WriteLine(message);
    }

    private static JsonObject Json(RunnerNews news) => news switch
    {
        RunnerNews.PairingCode n => new() { ["event"] = "pairing", ["userCode"] = n.UserCode, ["verificationUri"] = n.VerificationUri.ToString(), ["expiresAt"] = n.ExpiresAt.ToString("O") },
        RunnerNews.Paired n => new() { ["event"] = "paired", ["deviceId"] = n.DeviceId.ToString() },
        RunnerNews.Listening n => new() { ["event"] = "listening", ["url"] = n.Url.ToString() },
        RunnerNews.LocalCallRefused n => new() { ["event"] = "localCallRefused", ["method"] = n.Method, ["path"] = n.Path, ["reason"] = n.Reason },
        RunnerNews.Connected n => new() { ["event"] = "connected", ["deviceId"] = n.DeviceId.ToString(), ["epoch"] = n.Epoch },
        RunnerNews.Away n => new() { ["event"] = "away", ["reason"] = n.Reason },
        RunnerNews.SubmissionDelayed n => new() { ["event"] = "submissionDelayed", ["reason"] = n.Reason, ["waiting"] = n.Waiting },
        RunnerNews.SubmissionGoesOn n => new() { ["event"] = "submissionGoesOn", ["waiting"] = n.Waiting },
        RunnerNews.Parked n => new() { ["event"] = "parked", ["runId"] = n.RunId.ToString(), ["code"] = n.Code, ["detail"] = n.Detail },
        RunnerNews.UploadEnded n => new() { ["event"] = "uploadEnded", ["message"] = n.Said },
        RunnerNews.RunTaken n => new() { ["event"] = "runTaken", ["runId"] = n.RunId.ToString(), ["name"] = n.Name },
        RunnerNews.RunNotTaken n => new() { ["event"] = "runNotTaken", ["runId"] = n.RunId.ToString(), ["reason"] = n.Reason },
        RunnerNews.Resumed n => new() { ["event"] = "resumed", ["runs"] = n.Runs },
        RunnerNews.ControlReceived n => new() { ["event"] = "control", ["runId"] = n.RunId.ToString(), ["kind"] = n.Kind },
        RunnerNews.ControlIgnored n => new() { ["event"] = "controlIgnored", ["runId"] = n.RunId.ToString(), ["kind"] = n.Kind, ["reason"] = n.Reason },
        RunnerNews.Storage n => new() { ["event"] = "storage", ["trouble"] = n.Trouble },
        _ => new() { ["event"] = news.GetType().Name },
    };

    private static string Text(RunnerNews news) => news switch
    {
        RunnerNews.PairingCode n => $"To pair this device, confirm the code {n.UserCode} with `jarvis devices approve {n.UserCode}`, signed in as its owner.",
        RunnerNews.Paired n => $"Paired as device {n.DeviceId}.",
        RunnerNews.Listening n => $"Programs of this PC reach the engine at {n.Url}.",
        RunnerNews.LocalCallRefused n => $"Refused {n.Method} {n.Path} of a program of this PC: {n.Reason}.",
        RunnerNews.Connected n => $"Connected (epoch {n.Epoch}).",
        RunnerNews.Away n => $"Not connected: {n.Reason}. Runs go on; their events wait here.",
        RunnerNews.SubmissionDelayed n => $"{n.Waiting} events wait: {n.Reason}.",
        RunnerNews.SubmissionGoesOn => "Events are being delivered again.",
        RunnerNews.Parked n => $"Run {n.RunId} is parked: the server refuses its events ({n.Code}: {n.Detail}). They stay here, and are tried again at the next start.",
        RunnerNews.UploadEnded n => n.Said,
        RunnerNews.RunTaken n => $"Run {n.RunId} begins: {n.Name}.",
        RunnerNews.RunNotTaken n => $"Run {n.RunId} does not begin: {n.Reason}.",
        RunnerNews.Resumed n => $"{n.Runs} unfinished runs go on.",
        RunnerNews.ControlReceived n => $"Run {n.RunId}: {n.Kind} was asked for.",
        RunnerNews.ControlIgnored n => $"Run {n.RunId}: {n.Kind} is not acted upon, {n.Reason}.",
        RunnerNews.Storage { Trouble: { } trouble } => trouble,
        RunnerNews.Storage => "The journal can be written again.",
        _ => news.ToString(),
    };

    // Names and reasons come from elsewhere: nothing of them steers the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
