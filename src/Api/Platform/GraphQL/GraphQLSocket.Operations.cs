using System.Text.Json;
using GraphQL;
using GraphQL.Execution;
using GraphQLParser.AST;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

// The operations of one socket, from their admission to their end.
public sealed partial class GraphQLSocket
{
    private async Task<bool> Subscribe(string id, JsonElement payload)
    {
        if (!acknowledged)
        {
            Close(SocketClose.Unauthorized, "Unauthorized");
            return true;
        }

        var (request, refusal) = GraphQLRequest.From(payload);
        if (request is null)
        {
            return false;
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        if (!operations.TryAdd(id, cancel))
        {
            cancel.Dispose();
            Close(SocketClose.SubscriberExists, $"Subscriber for {Fitting(id)} already exists");
            return true;
        }

        if (operations.Count > GraphQLLimits.OperationsPerSocket)
        {
            Release(id, cancel);
            cancel.Dispose();
            await Queue(Errors(id, new Refusal("graphql.too_many_operations", $"One socket carries at most {GraphQLLimits.OperationsPerSocket} operations at once.")));
            return true;
        }

        var (operation, no) = execution.Admit(request, caller);
        if (operation is null)
        {
            Release(id, cancel);
            cancel.Dispose();
            await Queue(Errors(id, no ?? refusal!));
            return true;
        }

        var work = Task.Run(() => Run(id, operation, cancel));
        running.TryAdd(work, 0);
        _ = work.ContinueWith(done => running.TryRemove(done, out _), TaskScheduler.Default);
        return true;
    }

    private async Task Run(string id, AdmittedOperation operation, CancellationTokenSource cancel)
    {
        using var scope = scopes.CreateScope();
        try
        {
            if (operation.Operation.Operation == OperationType.Subscription)
            {
                Telemetry.Subscribers.Add(1);
                try
                {
                    await Follow(id, operation, scope.ServiceProvider, cancel);
                }
                finally
                {
                    Telemetry.Subscribers.Add(-1);
                }

                return;
            }

            var result = await execution.Execute(operation, caller, null, scope.ServiceProvider, cancel.Token);
            if (Release(id, cancel))
            {
                if (result.Executed)
                {
                    await Queue(Message("next", id, result, default));
                    await Queue(Message("complete", id, null, default));
                }
                else
                {
                    await Queue(Errors(id, result));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client completed the operation, or the connection ended.
        }
        finally
        {
            Release(id, cancel);
            cancel.Dispose();
        }
    }

    private async Task Follow(string id, AdmittedOperation operation, IServiceProvider services, CancellationTokenSource cancel)
    {
        using var window = new EventWindow();
        var ended = cancel.Token;
        var result = await execution.Execute(operation, caller, window, services, ended);
        if (result.Streams is not { Count: 1 } streams)
        {
            if (Release(id, cancel))
            {
                await Queue(Errors(id, result));
            }

            return;
        }

        // Its own place, not the id's: the client may have completed this one and given the id to another since.
        bool IsCurrent() => operations.TryGetValue(id, out var current) && current == cancel;
        var observer = new StreamObserver(item =>
        {
            if (IsCurrent())
            {
                Push(id, item, window, ended);
            }
        });
        using (streams.Values.Single().Subscribe(observer))
        {
            await observer.Completion.WaitAsync(ended);
        }

        if (Release(id, cancel))
        {
            await Queue(observer.Error is { } error ? Errors(id, new ExecutionResult { Errors = [error] }) : Message("complete", id, null, default));
        }
    }

    // The window bounds what is in flight below the queue's size for many operations; where all of them are full the client takes nothing.
    private void Push(string id, ExecutionResult result, EventWindow window, CancellationToken ended)
    {
        if (!outgoing.Writer.TryWrite(new Outgoing(Message("next", id, result, default), window, ended)) && !ending.IsCancellationRequested)
        {
            Telemetry.SlowClients.Add(1);
            Close(SocketClose.TryAgainLater, "The client is too slow");
        }
    }

    // A reason has at most 123 bytes of UTF-8 (RFC 6455, section 5.5); half a character would be none.
    private static string Fitting(string id)
    {
        const int MostBytes = 90;
        var (bytes, length) = (0, 0);
        foreach (var rune in id.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MostBytes)
            {
                return id[..length] + "…";
            }

            length += rune.Utf16SequenceLength;
        }

        return id;
    }

    private bool Release(string id, CancellationTokenSource cancel) => operations.TryRemove(KeyValuePair.Create(id, cancel));

    private sealed class StreamObserver(Action<ExecutionResult> next) : IObserver<ExecutionResult>
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => done.Task;

        public void OnNext(ExecutionResult value) => next(value);

        /// <summary>Why the stream ended before its end.</summary>
        public ExecutionError? Error { get; private set; }

        public void OnError(Exception error)
        {
            Error = error as ExecutionError ?? new UnhandledError("The subscription failed.", error);
            done.TrySetResult();
        }

        public void OnCompleted() => done.TrySetResult();
    }
}
