using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Documents;
using Jarvis.Domain.Documents;

namespace Jarvis.Api.Documents;

public sealed record StoreFileInput : MutationInput
{
    public required FileKind Kind { get; init; }

    /// <summary>What to call it; 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Of content that was brought before: PUT /blobs/sha256/{hash}.</summary>
    public required string Hash { get; init; }
}

public sealed record RemoveFileInput : MutationInput
{
    public required Guid FileId { get; init; }
}

/// <summary>A file, by its id.</summary>
public sealed record FileReference(Guid Id);

[Implements(typeof(IPayload))]
public sealed record FilePayload(Position Position, FileReference File) : IPayload;

/// <summary>What people can do with their files.</summary>
public sealed class FileMutations
{
    /// <summary>Makes content that was brought a file of a kind. A new picture of a person takes the place of the old one.</summary>
    public static async Task<FilePayload> StoreFile(IResolveFieldContext context, StoreFileInput input)
    {
        var answer = await context.Give(input, new StoreFile(input.Kind, input.Name, input.Hash));
        return new FilePayload(new Position(answer.Position), new FileReference(answer.Stream!.Value));
    }

    /// <summary>Its content goes with the next collection of orphans, unless something else names it.</summary>
    public static async Task<FilePayload> RemoveFile(IResolveFieldContext context, RemoveFileInput input) =>
        new(new Position((await context.Give(input, new RemoveFile(input.FileId))).Position), new FileReference(input.FileId));
}
