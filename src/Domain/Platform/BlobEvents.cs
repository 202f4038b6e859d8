namespace Jarvis.Domain.Platform;

/// <summary>That content is there, and that it is gone: the stream of one blob of one owner.</summary>
public interface IBlobEvent;

/// <summary>Why a blob was removed.</summary>
public enum BlobRemoval { Orphan }

/// <summary>The whole content was brought and its hash is right.</summary>
/// <param name="DeviceId">The device that brought it; null where a person did.</param>
[EventName("ai.jarvis.blob.stored.v1")]
public sealed record BlobStored(Guid OwnerId, string Hash, long Size, string Type, Guid? DeviceId, DateTimeOffset StoredAt) : IBlobEvent;

/// <summary>Its content is gone from the store.</summary>
[EventName("ai.jarvis.blob.removed.v1")]
public sealed record BlobRemoved(Guid OwnerId, string Hash, long Size, BlobRemoval Why, Guid RemovedBy, DateTimeOffset RemovedAt) : IBlobEvent;
