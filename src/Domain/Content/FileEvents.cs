using Jarvis.Domain.Platform;

// The context is Content; a namespace of that name would hide the type of that name.
namespace Jarvis.Domain.Documents;

/// <summary>A person's file: the events of its <c>StoredFile</c> stream. Its content is a blob.</summary>
public interface IFileEvent;

/// <summary>What a file is for.</summary>
public enum FileKind { Template, KnowledgeDocument, Recording, Avatar }

/// <summary>A person keeps this; the content was there before.</summary>
/// <param name="Name">What the person calls it, a JSON string.</param>
/// <param name="Blob">Of the same owner.</param>
[EventName("ai.jarvis.file.stored.v1")]
public sealed record FileStored(Guid OwnerId, FileKind Kind, Content Name, BlobReference Blob, Guid By, DateTimeOffset StoredAt, Content? Reason) : IFileEvent;

/// <summary>Nobody is given it any more.</summary>
/// <param name="Why">Whether a person removed it, or another one took its place.</param>
[EventName("ai.jarvis.file.removed.v1")]
public sealed record FileRemoved(FileRemoval Why, Guid By, DateTimeOffset RemovedAt, Content? Reason) : IFileEvent;

/// <summary>Why a file is gone.</summary>
public enum FileRemoval { Asked, Replaced }
