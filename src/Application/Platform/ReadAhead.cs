using JasperFx.Events.Projections;

namespace Jarvis.Application.Platform;

/// <summary>
/// How many positions the daemon may have in hand for a view, read and not yet folded. It counts by positions alone, of which thousands are little of usual events
/// and gigabytes of the largest, so that the number follows the size of what was read last.
/// </summary>
/// <param name="options">The view's, as they are usually.</param>
public sealed class ReadAhead(AsyncOptions options)
{
    /// <summary>Bytes of stored JSON in hand, about.</summary>
    public const long Bytes = 2 * StoredEvents.PageBytes;

    private readonly int usual = options.MaximumHopperSize;

    /// <summary>So many positions held so many bytes. Behind large events the number grows again step by step, because they come in groups.</summary>
    public void Took(long positions, long bytes) => options.MaximumHopperSize =
        (int)Math.Max(1, Math.Min(Math.Min(usual, 2L * options.MaximumHopperSize), Bytes * positions / Math.Max(1, bytes)));
}
