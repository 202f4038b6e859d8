using System.ComponentModel;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jarvis.Engine.Runs;

/// <summary>
/// The engine's own address for programs of this PC: loopback only, a token from the home folder, described by a generated document.
/// A web page cannot use it: the host must be this machine by name, no other origin is answered, and the token is out of its reach.
/// </summary>
public sealed class LocalApi : IAsyncDisposable
{
    /// <summary>Longest request body, in bytes.</summary>
    private const int MaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>Most runs in one list.</summary>
    private const int MaxRuns = 200;

    /// <summary>Runs under way beyond which no further one begins.</summary>
    private const int MaxRunning = 1_000;

    /// <summary>Longest that a reading waits for a run's end.</summary>
    private const int MaxWaitSeconds = 60;

    private readonly WebApplication app;
    private readonly JarvisHome home;

    private LocalApi(WebApplication app, JarvisHome home, LocalApiAddress address)
    {
        this.app = app;
        this.home = home;
        Address = address;
    }

    public LocalApiAddress Address { get; }

    /// <param name="port">0 takes any that is free.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LocalApi> Start(
        JarvisHome home, int port, Journal journal, IRunExecutor executor, ValidationContext validation, Func<RunnerStatus> status, RunnerVoice voice, TimeProvider time)
    {
        // No settings but these: whatever lies in the folder that the runner was started in is neither read nor watched.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull);
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Jarvis engine";
            document.Info.Description = "Runs on this PC. Every call but /health and this document needs `Authorization: Bearer` with the token in local-api.json of the home folder.";
            return Task.CompletedTask;
        }));
        var app = builder.Build();
        var token = LocalApiAddress.NewToken();
        app.Use((context, next) => Guard(context, next, token, voice));
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapGet("/health", () => TypedResults.Ok(new Health("ok"))).WithSummary("Answers while the engine lives.");
        app.MapGet("/status", () => TypedResults.Ok(status())).WithSummary("How the runner stands with its server.");
        new Endpoints(journal, executor, validation, time).Map(app.MapGroup("/runs"));
        await app.StartAsync();
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var address = new LocalApiAddress(new Uri(url), token, Environment.ProcessId);
        address.Save(home);
        return new LocalApi(app, home, address);
    }

    public async ValueTask DisposeAsync()
    {
        LocalApiAddress.Forget(home);
        await app.DisposeAsync();
    }

    private static Task Guard(HttpContext context, RequestDelegate next, string token, RunnerVoice voice)
    {
        var port = context.Connection.LocalPort;
        var host = context.Request.Host;
        var named = host.Port == port && host.Host is "127.0.0.1" or "localhost";
        string? refused = null;
        if (!named || (context.Request.Headers.Origin is [{ } origin] && origin != $"http://{host}"))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            refused = "a foreign host or origin";
        }
        else if (!context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/openapi") && !Proves(context, token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            refused = "no token, or a wrong one";
        }

        if (refused is null)
        {
            return next(context);
        }

        voice.Tell(new RunnerNews.LocalCallRefused(context.Request.Method, context.Request.Path.Value ?? "/", refused));
        return Task.CompletedTask;
    }

    private static bool Proves(HttpContext context, string token) =>
        context.Request.Headers.Authorization is [{ } given]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes($"Bearer {token}"));

    private sealed class Endpoints(Journal journal, IRunExecutor executor, ValidationContext validation, TimeProvider time)
    {
        public void Map(RouteGroupBuilder runs)
        {
            runs.MapPost("/", Start).WithSummary("Begins a run of a definition on this PC; its events are submitted when a server is paired.");
            runs.MapGet("/", List).WithSummary("The latest runs, newest first.");
            runs.MapGet("/{id:guid}", Read).WithSummary("One run; with waitSeconds, as soon as it has ended or after that time.");
            runs.MapPost("/{id:guid}/pause", (Guid id, CancellationToken cancel) => Control(id, ControlKind.Pause, 0, cancel)).WithSummary("Asks the run to pause before its next task.");
            runs.MapPost("/{id:guid}/resume", (Guid id, CancellationToken cancel) => Control(id, ControlKind.Resume, 0, cancel)).WithSummary("Asks a paused run to go on.");
            runs.MapPost("/{id:guid}/cancel", (Guid id, int? graceSeconds, CancellationToken cancel) => Control(id, ControlKind.Cancel, graceSeconds ?? 10, cancel))
                .WithSummary("Asks the run to end; its processes are killed after the grace time.");
        }

        private async Task<Results<Created<LocalRunStarted>, ProblemHttpResult>> Start(LocalRunRequest request, CancellationToken cancel)
        {
            var parsed = DefinitionParser.Parse(request.Definition, validation);
            if (parsed.Definition is not { } definition)
            {
                return Refuse(StatusCodes.Status422UnprocessableEntity, "workflow.invalid", "The definition has problems.", parsed.Problems);
            }

            var run = new NewRun(
                Guid.CreateVersion7(), definition.Reference, request.Definition, definition.SourceHash,
                (request.Input ?? JsonObject.Empty).ToUtf8Bytes(), RunOrigin.Local, Submits: true, time.GetUtcNow(), request.BaseFolder);
            if (executor.Running.Count >= MaxRunning)
            {
                return Refuse(StatusCodes.Status429TooManyRequests, "runner.busy", $"{MaxRunning} runs are under way; try again when some have ended.", null);
            }

            await executor.Start(run, cancel);
            return TypedResults.Created($"/runs/{run.RunId}", new LocalRunStarted(run.RunId));
        }

        private IReadOnlyList<LocalRun> List([Description("How many, at most 200.")] int? first) =>
            [.. journal.Latest(Math.Clamp(first ?? 50, 1, MaxRuns)).Select(run => LocalRun.Of(run, null))];

        private async Task<Results<Ok<LocalRun>, ProblemHttpResult>> Read(Guid id, [Description("At most 60.")] int? waitSeconds, CancellationToken cancel)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(waitSeconds ?? 0, 0, MaxWaitSeconds)));
            while (true)
            {
                var seen = journal.Version;
                if (journal.Find(id) is not { } run)
                {
                    return Refuse(StatusCodes.Status404NotFound, "run.not_found", "This PC has no such run.", null);
                }

                if (run.HasEnded || waitSeconds is not > 0 || limit.IsCancellationRequested)
                {
                    return TypedResults.Ok(LocalRun.Of(run, run.HasEnded ? LastEvent(run) : null));
                }

                try
                {
                    await journal.Changed(seen, limit.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    // The time is over: the run is answered as it stands.
                }
            }
        }

        private Json? LastEvent(JournaledRun run)
        {
            // Answers to controls may follow the end itself; it is among the last few.
            var events = journal.ReadEvents(run.RunId, Math.Max(0, run.LastSequence - 10));
            var end = events.LastOrDefault(entry => entry.Type is
                "io.serverlessworkflow.workflow.completed.v1" or "io.serverlessworkflow.workflow.faulted.v1" or "io.serverlessworkflow.workflow.cancelled.v1");
            return end is null ? null : Json.Parse(end.Data);
        }

        private async Task<Results<Accepted<LocalControlAsked>, ProblemHttpResult>> Control(Guid id, ControlKind kind, int graceSeconds, CancellationToken cancel)
        {
            var control = new JournaledControl(Guid.CreateVersion7(), id, kind, Math.Max(0, graceSeconds), time.GetUtcNow(), false, false);
            return await executor.Control(control, cancel)
                ? TypedResults.Accepted($"/runs/{id}", new LocalControlAsked(control.ControlId))
                : Refuse(StatusCodes.Status404NotFound, "run.not_found", "This PC has no such run.", null);
        }

        private static ProblemHttpResult Refuse(int status, string code, string detail, IReadOnlyList<Problem>? problems) => TypedResults.Problem(
            detail, statusCode: status, title: code, extensions: new Dictionary<string, object?> { ["code"] = code, ["problems"] = problems });
    }
}

public sealed record Health(string Status);

/// <param name="Definition">The workflow's source text, YAML or JSON.</param>
/// <param name="Input">Any JSON; an empty object where it is missing.</param>
/// <param name="BaseFolder">Where workflows that it runs by name are looked for.</param>
public sealed record LocalRunRequest(string Definition, Json? Input, string? BaseFolder);

public sealed record LocalRunStarted(Guid Id);

public sealed record LocalControlAsked(Guid ControlId);

/// <param name="Status">pending, running, paused, completed, faulted, cancelled.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Acknowledged">How many of them the server has.</param>
/// <param name="Parked">Why the server finally refused its events; null while nothing is wrong.</param>
/// <param name="Output">Of a completed run.</param>
/// <param name="Error">Of a faulted run: the DSL's error.</param>
public sealed record LocalRun(
    Guid Id, string Workflow, string Status, DateTimeOffset RequestedAt, DateTimeOffset? EndedAt, long Events, long Acknowledged,
    string? Parked, Json? Output, Json? Error)
{
    internal static LocalRun Of(JournaledRun run, Json? end) => new(
        run.RunId, run.Request.Workflow.Name, run.Status.ToString().ToLowerInvariant(), run.Request.RequestedAt, run.EndedAt, run.LastSequence, run.Acknowledged,
        run.ParkedCode is { } code ? $"{code}: {run.ParkedDetail}" : null, (end as JsonObject)?["output"], (end as JsonObject)?["error"]);
}
