using System.CommandLine;

namespace Jarvis.Build.Running;

/// <summary><c>build/up</c>: from a fresh clone to a running system, kept running until Ctrl-C.</summary>
public static class UpVerb
{
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "Port of the server on 127.0.0.1.",
            HelpName = "N",
            DefaultValueFactory = _ => UpOptions.DefaultPort,
        };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var value) || value is < 1 or > 65535))
            {
                result.AddError("--port takes a number from 1 to 65535.");
            }
        });
        var database = new Option<string?>("--database") { Description = "A PostgreSQL of your own (Npgsql connection string or postgres:// address).", HelpName = "CONNECTION" };
        var development = new Option<bool>("--development") { Description = "Explorer, API documents and detailed errors." };
        var noDemo = new Option<bool>("--no-demo") { Description = "Seeds nothing; prints a one-time link that makes the first administrator." };
        var listen = new Option<string?>("--listen") { Description = "Listens on this address of the computer too (0.0.0.0: all), with TLS, for phones. Goes with --no-demo.", HelpName = "ADDRESS" };
        var tls = new Option<string?>("--tls") { Description = "Certificate and key in PEM for --listen; without it a local authority is made.", HelpName = "CERT,KEY" };
        var json = new Option<bool>("--json") { Description = "JSON lines; the last, once all is up, has \"ready\":true." };
        var verb = new Command("up", "Starts the database, the server and a runner, and runs a sample.") { port, listen, tls, database, development, noDemo, json };
        verb.SetAction((parsed, cancellation) => RunningSystem.RunAsync(
            new UpOptions
            {
                Port = parsed.GetValue(port),
                Listen = parsed.GetValue(listen),
                Tls = parsed.GetValue(tls),
                Database = parsed.GetValue(database),
                Development = parsed.GetValue(development),
                Demo = !parsed.GetValue(noDemo),
                Json = parsed.GetValue(json),
            },
            cancellation));
        return verb;
    }
}
