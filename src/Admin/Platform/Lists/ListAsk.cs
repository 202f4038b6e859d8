using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>What a list is asked for: all of it stands in the address.</summary>
/// <param name="Filters">By name; what is not filtered by is not there.</param>
/// <param name="Order">A name of the page's own; null for its default.</param>
/// <param name="After">The cursor behind which the page begins; or <paramref name="Before"/>, or neither for the first page.</param>
public sealed record ListAsk(IReadOnlyDictionary<string, string> Filters, string? Order, string? After, string? Before)
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>The value of a filter; null where it is not used.</summary>
    public string? this[string filter] => Filters.GetValueOrDefault(filter);

    /// <summary>Rows of this page.</summary>
    public int Size { get; init; } = PageSize;

    public int? First => Before is null ? Size : null;

    public int? Last => Before is null ? null : Size;

    public bool IsFirstPage => After is null && Before is null;

    public Guid? Id(string filter) => Guid.TryParse(this[filter], out var id) ? id : null;

    /// <summary>A day of the person's zone, from its first instant; with <paramref name="plus"/> 1 to its last.</summary>
    public DateTimeOffset? Day(string filter, TimeZoneInfo zone, int plus = 0)
    {
        if (DayText.Read(this[filter]) is not { } day)
        {
            return null;
        }

        var local = day.AddDays(plus).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Start">The cursor of its first row.</param>
/// <param name="End">The cursor of its last.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Rows, long Total, bool IsExact, string? Start, string? End, bool HasNext, bool HasPrevious);

/// <summary>A query whose answer is read as a page of a list.</summary>
public sealed class ListQuery<TData, T>(IQuery<TData> query, Func<TData, ListPage<T>> page) : IQuery<ListPage<T>>
{
    public string Name => query.Name;

    public string Text => query.Text;

    public void Write(System.Text.Json.Utf8JsonWriter writer) => query.Write(writer);

    public ListPage<T> Read(System.Text.Json.JsonElement data) => page(query.Read(data));
}

/// <param name="Name">As it is kept on the device.</param>
/// <param name="Cell">What stands in it for a row.</param>
/// <param name="Value">The same as plain text, for an export: whole ids and addresses, times with their zone, numbers without a unit.</param>
public sealed record ListColumn<T>(string Name, Word Title, RenderFragment<T> Cell, Func<T, string?> Value)
{
    /// <summary>The head of the column in an export, where the unit has to be told.</summary>
    public Word? ExportTitle { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 140;

    public bool IsNumber { get; init; }

    /// <summary>The orders that the head of the column chooses: falling first, then rising. None: it cannot be sorted by.</summary>
    public (string Falling, string? Rising)? Orders { get; init; }

    /// <summary>What the order really goes by, where that is not quite what stands in the column.</summary>
    public Word? OrderHint { get; init; }

    /// <summary>Not shown until the person says so.</summary>
    public bool StartsHidden { get; init; }
}

public enum FilterKind
{
    /// <summary>The list's search field, which <c>/</c> leads to.</summary>
    Search,
    Text,
    Choice,

    /// <summary>yyyy-MM-dd, of the person's zone.</summary>
    Day,

    /// <summary>Set by a link from elsewhere: shown while it is set, and can be taken away.</summary>
    Link,
}

/// <param name="Name">In the address.</param>
public sealed record ListFilter(string Name, Word Title, FilterKind Kind)
{
    public IReadOnlyList<(string Value, Word Word)> Choices { get; init; } = [];

    /// <summary>Where it may be wider than others: what it searches in.</summary>
    public Word? Hint { get; init; }
}
