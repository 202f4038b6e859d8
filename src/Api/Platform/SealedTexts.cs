using System.Text.Json;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform;

/// <summary>Contents as rows of views hold them: the sealed form, as JSON. Whether a caller may see one is decided before it is asked for here.</summary>
public static class SealedTexts
{
    /// <summary>One row's, unsealed together with those of its neighbours; erased where its key is gone.</summary>
    public static IDataLoaderResult<Content?> Load(IResolveFieldContext context, string stored) =>
        context.Load<string, Content>("contents", stored, (texts, cancel) => Unseal(context, texts, cancel));

    /// <summary>Each by its sealed form, which stands in the list once; erased where its key is gone.</summary>
    public static async Task<IDictionary<string, Content>> Unseal(IResolveFieldContext context, IReadOnlyList<string> stored, CancellationToken cancel)
    {
        var contents = stored.Select(Read).ToList();
        return stored.Zip(await context.Service<Vault>().Unseal(contents, cancel)).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>Still sealed.</summary>
    public static Content Read(string stored) => JsonSerializer.Deserialize<Content>(stored, EventJson.Stored)!;
}
