using System.Collections.Concurrent;
using System.Diagnostics;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQLParser.AST;
using Jarvis.Api.Accounts;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>What resolvers know of the request they serve.</summary>
public sealed class GraphQLUser(Caller? caller, EventWindow? window) : Dictionary<string, object?>
{
    public Caller? Caller => caller;

    /// <summary>Of a subscription: room for the next event.</summary>
    public EventWindow? Window => window;
}

/// <summary>
/// How many events of a subscription are on their way to its client. The source takes a place before it gives an event; the socket gives
/// it back once the event was sent. So a client that reads slowly is read for slowly, and holds no memory here.
/// </summary>
public sealed class EventWindow : IDisposable
{
    private readonly SemaphoreSlim room = new(GraphQLLimits.EventsInFlight);

    public Task Take(CancellationToken cancel) => room.WaitAsync(cancel);

    public void GiveBack()
    {
        try
        {
            room.Release();
        }
        catch (ObjectDisposedException)
        {
            // The client completed the subscription while events of it were on their way.
        }
    }

    public void Dispose() => room.Dispose();
}

/// <summary>An operation that passed the linear check.</summary>
public sealed record AdmittedOperation(GraphQLRequest Request, GraphQLDocument Document, GraphQLOperationDefinition Operation);

/// <summary>Admits and executes operations, the same for HTTP and sockets.</summary>
public sealed class GraphQLExecution(ISchema schema, IDocumentExecuter executer, ServerMode mode, ILogger<GraphQLExecution> log)
{
    private readonly ConcurrentDictionary<string, bool> valid = new(StringComparer.Ordinal);

    /// <summary>Parses, weighs and names the operation to be executed, and says no where it must.</summary>
    public (AdmittedOperation? Operation, Refusal? Refusal) Admit(GraphQLRequest request, Caller? caller)
    {
        var (document, refusal) = DocumentGuard.Check(request.Query, request.Variables);
        if (document is null)
        {
            return (null, refusal);
        }

        var operations = document.Definitions.OfType<GraphQLOperationDefinition>().ToList();
        var chosen = request.OperationName is { } name
            ? operations.FirstOrDefault(operation => operation.Name?.StringValue == name)
            : operations.Count == 1 ? operations[0] : null;
        if (chosen is null)
        {
            return (null, new Refusal("graphql.invalid_operation", "Name the operation to execute: the document has none of that name, or several."));
        }

        return caller is null && !IsOpen(document)
            ? (null, AuthRefusals.Required)
            : (new AdmittedOperation(request, document, chosen), null);
    }

    public async Task<ExecutionResult> Execute(
        AdmittedOperation admitted, Caller? caller, EventWindow? window, IServiceProvider services, CancellationToken cancel)
    {
        var kind = admitted.Operation.Operation;
        using var activity = Telemetry.Activities.StartActivity($"graphql {kind}", ActivityKind.Internal);
        var options = new ExecutionOptions
        {
            Schema = schema,
            Document = admitted.Document,
            Query = admitted.Request.Query,
            OperationName = admitted.Request.OperationName,
            Variables = admitted.Request.Variables,
            UserContext = new GraphQLUser(caller, window),
            RequestServices = services,
            // The rules look at the document and the schema alone, and a document that they let pass comes again and again.
            ValidationRules = valid.ContainsKey(admitted.Request.Query) ? [] : null,
            CancellationToken = cancel,
            MaxParallelExecutionCount = GraphQLLimits.ParallelResolvers,
            Timeout = kind == OperationType.Subscription ? Timeout.InfiniteTimeSpan : GraphQLLimits.OperationTimeout,
            TimeoutAction = TimeoutAction.ReturnTimeoutError,
            UnhandledExceptionDelegate = context =>
            {
                // A refusal is an answer. The path names fields of the schema only; arguments and values may be personal and stay out of the log.
                if (context.OriginalException is not (OperationCanceledException or RefusalError))
                {
                    log.LogError(context.OriginalException, "A resolver failed at {Path}", string.Join('.', context.FieldContext?.Path ?? []));
                }

                return Task.CompletedTask;
            },
        };
        var result = await executer.ExecuteAsync(options);
        if (result is { Executed: true, Errors: null or { Count: 0 } } && options.ValidationRules is null)
        {
            Remember(admitted.Request.Query);
        }

        return Cut(result);
    }

    private void Remember(string query)
    {
        if (valid.Count >= GraphQLLimits.ValidDocuments)
        {
            valid.Clear();
        }

        valid[query] = true;
    }

    /// <summary>A request error in the shape of a result.</summary>
    public static ExecutionResult Refused(Refusal refusal) => new() { Errors = [new RefusalError(refusal)] };

    private static ExecutionResult Cut(ExecutionResult result)
    {
        if (result.Errors is { Count: > GraphQLLimits.ErrorsAnswered } errors)
        {
            var few = new ExecutionErrors();
            few.AddRange(errors.Take(GraphQLLimits.ErrorsAnswered));
            result.Errors = few;
        }

        return result;
    }

    // Anonymous callers may ask only whether there is a GraphQL server here, and in development for its schema.
    private bool IsOpen(GraphQLDocument document) =>
        document.Definitions.All(definition => definition is GraphQLFragmentDefinition
            || (definition is GraphQLOperationDefinition { Operation: OperationType.Query } operation
                && operation.SelectionSet.Selections.All(node => node is GraphQLField field
                    && (field.Name.Value == "__typename" || (mode.IsDevelopment && (field.Name.Value == "__schema" || field.Name.Value == "__type"))))));
}
