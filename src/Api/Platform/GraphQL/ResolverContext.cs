using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using GraphQL;
using GraphQL.DataLoader;
using GraphQL.Execution;
using Jarvis.Api.Accounts;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>What resolvers ask of their request.</summary>
public static class ResolverContext
{
    // A request is executed once, and a subscription once for each of its events, which may overlap.
    private static readonly ConditionalWeakTable<IExecutionContext, LoadersByName> Loaders = [];

    /// <summary>The signed-in caller.</summary>
    /// <exception cref="RefusalError">Nobody is signed in (<c>auth.required</c>).</exception>
    public static Caller Caller(this IResolveFieldContext context) =>
        ((GraphQLUser)context.UserContext).Caller ?? throw new RefusalError(AuthRefusals.Required);

    public static EventWindow Window(this IResolveFieldContext context) =>
        ((GraphQLUser)context.UserContext).Window ?? throw new InvalidOperationException("Only subscriptions have a window.");

    /// <summary>Whether a field of what is resolved here is asked for, by whatever alias.</summary>
    public static bool Asks(this IResolveFieldContext context, string field) =>
        context.SubFields?.Values.Any(selected => selected.Field.Name.StringValue == field) == true;

    public static T Service<T>(this IResolveFieldContext context)
        where T : notnull => context.RequestServices!.GetRequiredService<T>();

    /// <summary>A loader of this request: what many resolvers of one level ask for is fetched by one query. A subscription has its own for each event, as of that event.</summary>
    public static IDataLoaderResult<TValue?> Load<TKey, TValue>(
        this IResolveFieldContext context, string name, TKey key, Func<IReadOnlyList<TKey>, CancellationToken, Task<IDictionary<TKey, TValue>>> fetch)
        where TKey : notnull => Loaders.GetOrCreateValue(context.ExecutionContext).Of(name, fetch).Load(key);

    private sealed class LoadersByName
    {
        private readonly ConcurrentDictionary<string, object> loaders = new(StringComparer.Ordinal);

        public BatchLoader<TKey, TValue> Of<TKey, TValue>(string name, Func<IReadOnlyList<TKey>, CancellationToken, Task<IDictionary<TKey, TValue>>> fetch)
            where TKey : notnull => (BatchLoader<TKey, TValue>)loaders.GetOrAdd(name, _ => new BatchLoader<TKey, TValue>(fetch));
    }
}
