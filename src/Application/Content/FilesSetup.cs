using Jarvis.Application.Platform;
using Jarvis.Domain.Documents;
using Jarvis.Domain.Platform;
using JasperFx.Events.Projections;
using Marten;

// The context is Content; a namespace of that name would hide the type of that name.
namespace Jarvis.Application.Documents;

/// <summary>A file that is there, written with its events: lists, rights and the search for orphans ask for it at once. A removed one has none.</summary>
public sealed record KeptFile
{
    /// <summary>The file.</summary>
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required FileKind Kind { get; init; }

    /// <summary>Sealed.</summary>
    public required Content Name { get; init; }

    public required string Hash { get; init; }

    public required long Size { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset StoredAt { get; init; }
}

/// <summary>Files: a stream per file, and what is there.</summary>
public static class FilesSetup
{
    public static void SetUpFiles(this StoreOptions options)
    {
        options.Projections.Add(new StoredFileFold(), ProjectionLifecycle.Live);
        // Lists ask by owner and kind; whoever reads a blob, and the search for orphans, by owner and hash.
        options.Schema.For<KeptFile>().Identity(file => file.Id)
            .Duplicate(file => file.OwnerId)
            .Duplicate(file => file.Hash);
    }
}

public sealed class StoredFileFold() : Fold<StoredFile>(StoredFile.Evolve);
