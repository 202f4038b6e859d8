using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Tasks with an effect: recorded as begun, on disk, before the host performs them.</summary>
internal sealed partial class Walk
{
    private async Task<Step> CallHttp(TaskDefinition.CallHttp task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        var proof = await Authorize(task.Call.Authentication, frame, cancellation);
        var request = HttpRequest.Build(task.Call, proof, frame, cancellation);
        return await Send(request, task.Call.Output, task.Call.AcceptRedirects, frame, known, cancellation);
    }

    private async Task<Step> CallOpenApi(TaskDefinition.CallOpenApi task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        var call = task.Call;
        var (document, at) = await Load(call.Document, frame, cancellation);
        var id = HttpRequest.Text(frame.Evaluate(call.OperationId, frame.Input, cancellation), "operationId");
        var operation = OpenApiOperation.Find(document, at, id)
            ?? throw new WorkflowFaultException(Fault.Configuration($"The OpenAPI document {at.GetLeftPart(UriPartial.Path)} has no operation `{id}`."));
        var parameters = call.Parameters is { } given ? frame.Evaluate(given, frame.Input, cancellation) : JsonObject.Empty;
        var proof = await Authorize(call.Authentication, frame, cancellation);
        var request = operation.Request(parameters as JsonObject ?? throw new WorkflowFaultException(Fault.Expression("`parameters` must give an object.")), proof);
        return await Send(request, call.Output, call.AcceptRedirects, frame, known, cancellation);
    }

    private async Task<Step> Send(
        HttpRequest request, HttpOutput output, bool acceptRedirects, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        // The key lets a server that knows it recognise a request sent again after a crash; reading twice needs none.
        var key = request.IsSafe || request.HasHeader(HttpRequest.IdempotencyKey) ? null : known?.Key ?? host.NewId();
        if (key is not null)
        {
            request = request with { Headers = [.. request.Headers, KeyValuePair.Create(HttpRequest.IdempotencyKey, key)] };
        }

        await Begin(frame, request.ToArguments(), key is null ? null : Json.Of(("key", key)), flush: true, durable: true);
        return new Step(await Perform(request.ToActivity(frame.Pointer, frame.Instance, Attempt(known), output, acceptRedirects), cancellation), null);
    }

    private async Task<Step> CallFunction(TaskDefinition.CallFunction task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        RefuseIfInterrupted(task, known, task.FunctionRepeatable);
        var arguments = task.Parameters.WithDefaults(frame.Evaluate(task.With, frame.Input, cancellation));
        Check(task.Parameters, arguments, $"argument object of {task.Function}");
        await Begin(frame, arguments, flush: true, durable: true);
        var output = await Perform(new Activity.Function(task.Pointer, frame.Instance, Attempt(known), task.Function, arguments), cancellation);
        return new Step(output, null);
    }

    private async Task<Step> RunShell(TaskDefinition.RunShell task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        RefuseIfInterrupted(task, known, repeatable: false);
        var (command, arguments, environment, stdin) = Evaluate(task.Process, frame, cancellation);
        await BeginProcess(frame, [("command", command)], arguments, environment, stdin);
        var output = await Perform(
            new Activity.Shell(task.Pointer, frame.Instance, Attempt(known), command, arguments, environment, stdin, task.Return, task.Await), cancellation);
        return new Step(task.Await ? output : frame.Input, null);
    }

    private async Task<Step> RunScript(TaskDefinition.RunScript task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        RefuseIfInterrupted(task, known, repeatable: false);
        var script = task.Process;
        var (code, arguments, environment, stdin) = Evaluate(script.Process, frame, cancellation);
        code = script.Source is { } source ? (await Text(source, frame, cancellation)).Text : code;
        await BeginProcess(frame, [("language", script.Language.ToString().ToLowerInvariant()), ("code", code)], arguments, environment, stdin);
        var output = await Perform(
            new Activity.Script(task.Pointer, frame.Instance, Attempt(known), script.Language, code, arguments, environment, stdin, task.Return, task.Await), cancellation);
        return new Step(task.Await ? output : frame.Input, null);
    }

    private static (string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? Stdin) Evaluate(
        ShellProcess process, Frame frame, CancellationToken cancellation)
    {
        return (
            Text(process.Command),
            [.. process.Arguments.Select(Text)],
            process.Environment.ToDictionary(variable => variable.Key, variable => Text(variable.Value), StringComparer.Ordinal),
            process.Stdin is { } template ? Text(template) : null);

        string Text(Template template) => frame.Evaluate(template, frame.Input, cancellation) switch
        {
            JsonString text => text.Value,
            JsonNull => "",
            var other => other.ToString(),
        };
    }

    private Task BeginProcess(
        Frame frame, (string Key, Json Value)[] what, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? stdin)
    {
        var told = (JsonObject)Json.Of([
            .. what,
            ("arguments", Json.Of(arguments.Select(argument => Json.Of(argument)))),
            ("environment", new JsonObject(environment.Select(variable => KeyValuePair.Create(variable.Key, Json.Of(variable.Value)))))]);
        return Begin(frame, stdin is null ? told : told.With("stdin", stdin), flush: true, durable: true);
    }

    private async Task<Step> RunSubworkflow(TaskDefinition.RunWorkflow task, Frame frame, CancellationToken cancellation)
    {
        var reference = task.Reference;
        var input = task.Input is { } template ? frame.Evaluate(template, frame.Input, cancellation) : JsonObject.Empty;
        await Begin(
            frame,
            Json.Of(("namespace", reference.Namespace), ("name", reference.Name), ("version", reference.Version), ("input", input)),
            flush: true,
            durable: true);
        var output = await Guarded(() => host.RunWorkflow(reference, input, task.Pointer, frame.Instance, cancellation), cancellation);
        return new Step(reference.Await ? output : frame.Input, null);
    }

    private static int Attempt(RecordedTask? known) => (known?.Starts ?? 0) + 1;

    /// <summary>A task that was in flight when the process died, and may not be repeated, has an unknown effect.</summary>
    private static void RefuseIfInterrupted(TaskDefinition task, RecordedTask? known, bool repeatable)
    {
        if (known is { Starts: > 0 } && !repeatable && !task.Head.Repeatable)
        {
            throw new WorkflowFaultException(Fault.Interrupted(
                $"The task {task.Name} was running when the runner was interrupted, and whether it had its effect is unknown. Check, then retry it or mark it as done."));
        }
    }

    private Task<Json> Perform(Activity activity, CancellationToken cancellation) => Guarded(() => host.Perform(activity, cancellation), cancellation);

    /// <summary>Whatever goes wrong in an activity is a fault of its task; nothing escapes raw.</summary>
    private static async Task<Json> Guarded(Func<Task<Json>> perform, CancellationToken cancellation)
    {
        try
        {
            return await perform();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException e)
        {
            throw new WorkflowFaultException(Fault.Timeout($"No answer in time: {e.Message}"), e);
        }
        catch (Exception e) when (e is not WorkflowFaultException)
        {
            throw new WorkflowFaultException(Fault.Runtime($"{e.GetType().Name}: {e.Message}"), e);
        }
    }
}
