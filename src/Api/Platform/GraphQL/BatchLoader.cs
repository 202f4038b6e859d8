using GraphQL.DataLoader;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>
/// Collects what the resolvers of one level ask for and fetches it by one query, when the first of them is awaited. What was fetched
/// once is not fetched again.
/// </summary>
public sealed class BatchLoader<TKey, TValue>(Func<IReadOnlyList<TKey>, CancellationToken, Task<IDictionary<TKey, TValue>>> fetch)
    where TKey : notnull
{
    /// <summary>Keys that one query asks for at most.</summary>
    private const int MaxBatch = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Entry> entries = [];
    private List<Entry> waiting = [];

    public IDataLoaderResult<TValue?> Load(TKey key)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                entries[key] = entry = new Entry(this, key);
                waiting.Add(entry);
            }

            return entry;
        }
    }

    private async Task Fetch(CancellationToken cancel)
    {
        List<Entry> batch;
        lock (gate)
        {
            (batch, waiting) = (waiting, []);
        }

        foreach (var part in batch.Chunk(MaxBatch))
        {
            try
            {
                var found = await fetch([.. part.Select(entry => entry.Key)], cancel);
                foreach (var entry in part)
                {
                    entry.Result.TrySetResult(found.TryGetValue(entry.Key, out var value) ? value : default);
                }
            }
            catch (Exception e)
            {
                // Each resolver that asked fails with the reason; nobody is left waiting.
                foreach (var entry in part)
                {
                    entry.Result.TrySetException(e);
                }
            }
        }
    }

    private sealed class Entry(BatchLoader<TKey, TValue> owner, TKey key) : IDataLoaderResult<TValue?>
    {
        public TKey Key => key;

        public TaskCompletionSource<TValue?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<TValue?> GetResultAsync(CancellationToken cancellationToken = default)
        {
            if (!Result.Task.IsCompleted)
            {
                await owner.Fetch(cancellationToken);
            }

            return await Result.Task.WaitAsync(cancellationToken);
        }

        async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) => await GetResultAsync(cancellationToken);
    }
}

/// <summary>A result that is there already, or that is made from another.</summary>
public static class LoaderResult
{
    public static IDataLoaderResult<T> Of<T>(T value) => new Derived<T>(_ => Task.FromResult(value));

    public static IDataLoaderResult<TResult> Then<T, TResult>(this IDataLoaderResult<T> source, Func<T, TResult> then) =>
        new Derived<TResult>(async cancel => then(await source.GetResultAsync(cancel)));

    private sealed class Derived<T>(Func<CancellationToken, Task<T>> get) : IDataLoaderResult<T>
    {
        public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => get(cancellationToken);

        async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) => await get(cancellationToken);
    }
}
