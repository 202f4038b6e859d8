using System.Globalization;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Runs;

/// <summary>A place in a view over many streams: the position up to which everything was settled and seen.</summary>
public static class RunChangeCursor
{
    public static Cursor Of(long position) => Cursor.Of(string.Create(CultureInfo.InvariantCulture, $"p{position}"));

    /// <summary>The position, or null without a cursor.</summary>
    /// <exception cref="RefusalError"><c>cursor.invalid</c>.</exception>
    public static long? From(Cursor? cursor) =>
        cursor is not { } given ? null
        : given.Place() is ['p', .. var digits] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
        : throw new RefusalError(new Refusal("cursor.invalid", "The cursor is not one of this view.", "after"));
}
