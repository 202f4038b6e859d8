using System.Collections.Concurrent;
using System.Threading.Channels;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>Brings the events that runs of this process emit to the runs of this process that listen.</summary>
internal sealed class EventHub
{
    /// <summary>The most events that wait for one listener; it loses the oldest beyond that.</summary>
    public const int MaxWaiting = 10_000;

    private readonly ConcurrentDictionary<Feed, bool> feeds = new();

    public void Publish(Json cloudEvent)
    {
        foreach (var feed in feeds.Keys)
        {
            feed.Add(cloudEvent);
        }
    }

    public Feed Subscribe()
    {
        var feed = new Feed(this);
        feeds.TryAdd(feed, true);
        return feed;
    }

    internal sealed class Feed(EventHub hub) : IDisposable
    {
        private readonly Channel<Json> waiting = Channel.CreateBounded<Json>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

        public void Add(Json cloudEvent) => waiting.Writer.TryWrite(cloudEvent);

        public ValueTask<Json> Next(CancellationToken cancellation) => waiting.Reader.ReadAsync(cancellation);

        public void Dispose() => hub.feeds.TryRemove(this, out _);
    }
}
