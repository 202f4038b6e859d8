using Jarvis.Client.Platform;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using Radzen;
using Radzen.Blazor;

namespace Jarvis.Admin.Platform.Lists;

/// <param name="Id">Whose drawer it is.</param>
/// <param name="Close">The address of the list without it.</param>
public sealed record DrawerPlace(string Id, string Close);

/// <summary>A list of the back office. Its page says what the columns and filters are and how a page of rows is asked for.</summary>
public sealed partial class ListView<T>
    where T : class
{
    private const string OrderName = "order";
    private const string AfterName = "after";
    private const string BeforeName = "before";
    private readonly Panel<ListPage<T>> panel = new();
    private readonly HashSet<string> arrived = [];
    private readonly HashSet<string> selected = [];
    private List<T> rows = [];
    private ListAsk ask = new(new Dictionary<string, string>(), null, null, null);
    private GridLook look = null!;
    private SavedViews views = null!;
    private string? asked;
    private string? opened;
    private IJSObjectReference? script;

    /// <summary>Under which columns and views are kept, and the address below <c>/admin/</c>.</summary>
    [Parameter, EditorRequired]
    public string Base { get; set; } = "";

    [Parameter, EditorRequired]
    public Word Title { get; set; } = null!;

    [Parameter]
    public IReadOnlyList<Crumb> Trail { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<ListColumn<T>> Columns { get; set; } = [];

    [Parameter]
    public IReadOnlyList<ListFilter> Filters { get; set; } = [];

    /// <summary>The one contract of all lists: from what is asked for to a page of it.</summary>
    [Parameter, EditorRequired]
    public Func<ListAsk, IQuery<ListPage<T>>> Request { get; set; } = null!;

    [Parameter, EditorRequired]
    public Func<T, string> KeyOf { get; set; } = null!;

    /// <summary>What a row is called to somebody who does not see it.</summary>
    [Parameter, EditorRequired]
    public Func<T, string> NameOf { get; set; } = null!;

    /// <summary>The row whose drawer is open, from the address; null for none.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    [Parameter]
    public RenderFragment<DrawerPlace>? Drawer { get; set; }

    /// <summary>Acts on the selected rows. Null: rows cannot be selected.</summary>
    [Parameter]
    public RenderFragment<IReadOnlyList<T>>? Batch { get; set; }

    [Parameter]
    public RenderFragment? Actions { get; set; }

    /// <summary>Whether the server can turn back a page.</summary>
    [Parameter]
    public bool GoesBack { get; set; } = true;

    /// <summary>The order without a word in the address.</summary>
    [Parameter]
    public string? DefaultOrder { get; set; }

    [Parameter]
    public string Icon { get; set; } = "info";

    [Parameter, EditorRequired]
    public Word EmptyTitle { get; set; } = null!;

    [Parameter, EditorRequired]
    public Word EmptyText { get; set; } = null!;

    /// <summary>What stands on the page.</summary>
    public IReadOnlyList<T> Rows => rows;

    /// <summary>What is asked for now.</summary>
    public ListAsk Ask => ask;

    private Dictionary<string, string> Query => Lists.Address.Read(Navigation.Uri);

    private IEnumerable<KeyValuePair<string, string>> ViewQuery => Query.Where(pair => pair.Key is not (AfterName or BeforeName));

    private bool HasFilter => ask.Filters.Count > 0;

    /// <summary>A row as it is now, from a live change: put where it stands, and never moved. True if it is on screen.</summary>
    public bool Take(string key, Func<T, T> change)
    {
        var at = rows.FindIndex(row => KeyOf(row) == key);
        if (at < 0)
        {
            return false;
        }

        // A new list, so that the grid sees that something changed.
        rows = [.. rows[..at], change(rows[at]), .. rows[(at + 1)..]];
        StateHasChanged();
        return true;
    }

    /// <summary>Something new that this list would show at its top: announced, never put under a pointer.</summary>
    public void Arrive(string key)
    {
        if (ask.IsFirstPage && arrived.Add(key))
        {
            StateHasChanged();
        }
    }

    public void SelectNone()
    {
        selected.Clear();
        StateHasChanged();
    }

    /// <summary>Asks for the page anew; what is selected and still there stays selected.</summary>
    public Task Refresh() => Reload();

    protected override async Task OnInitializedAsync()
    {
        look = new GridLook(Browser, Base, Columns.Where(column => column.StartsHidden).Select(column => column.Name));
        views = new SavedViews(Browser, Base);
        opened = Chosen;
        Navigation.LocationChanged += Moved;
        Live.Poll += Again;
        await Follow();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await Js.InvokeAsync<IJSObjectReference>("import", "./lists.js");
            await script.InvokeVoidAsync("listen");
        }

        if (opened != Chosen)
        {
            var left = opened;
            opened = Chosen;
            if (script is not null)
            {
                await script.InvokeVoidAsync(Chosen is null ? "toRow" : "toDrawer", left);
            }
        }
    }

    protected override async Task Reload()
    {
        var wanted = asked;
        await Load(panel, Request(ask));
        if (wanted == asked && panel.Data is { } data)
        {
            rows = [.. data.Rows];
            arrived.Clear();
            selected.IntersectWith(rows.Select(KeyOf));
            StateHasChanged();
        }
    }

    protected override async ValueTask Leave()
    {
        Navigation.LocationChanged -= Moved;
        Live.Poll -= Again;
        if (script is not null)
        {
            await script.InvokeVoidAsync("leave");
            await script.DisposeAsync();
        }
    }

    private void Again() => _ = InvokeAsync(Reload);

    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        var path = Navigation.ToBaseRelativePath(e.Location).Split('?', '#')[0];
        if (path == Base || path.StartsWith(Base + "/", StringComparison.Ordinal))
        {
            _ = InvokeAsync(Follow);
        }
    }

    /// <summary>The whole view stands in the address: a change of it is what loads.</summary>
    private async Task Follow()
    {
        var query = Query;
        var known = Filters.Select(filter => filter.Name).ToHashSet();
        ask = new ListAsk(
            query.Where(pair => known.Contains(pair.Key)).ToDictionary(), query.GetValueOrDefault(OrderName), query.GetValueOrDefault(AfterName), query.GetValueOrDefault(BeforeName));
        var wanted = Lists.Address.Write(query);
        if (asked != wanted)
        {
            asked = wanted;
            await Reload();
        }

        StateHasChanged();
    }

    private void Filter(string name, string? value) => Go(query =>
    {
        query.Remove(name);
        if (!string.IsNullOrWhiteSpace(value))
        {
            query[name] = value.Trim();
        }
    });

    private void Sort((string Falling, string? Rising) orders) => Go(query =>
    {
        var next = (ask.Order ?? DefaultOrder) == orders.Falling && orders.Rising is { } rising ? rising : orders.Falling;
        query.Remove(OrderName);
        if (next != DefaultOrder)
        {
            query[OrderName] = next;
        }
    });

    private void Turn(string? name, string? cursor) => Go(query =>
    {
        if (name is not null && cursor is not null)
        {
            query[name] = cursor;
        }
    });

    private void Go(Action<Dictionary<string, string>> change)
    {
        var query = Query;
        query.Remove(AfterName);
        query.Remove(BeforeName);
        change(query);
        Navigation.NavigateTo((Chosen is null ? Base : Base + "/" + Chosen) + Lists.Address.Write(query));
    }

    private Task ShowNew() => Reload();

    private void Open(T row)
    {
        if (Drawer is not null)
        {
            Navigation.NavigateTo(AddressOf(row));
        }
    }

    /// <summary>The list with a row's drawer.</summary>
    public string AddressOf(T row) => Base + "/" + KeyOf(row) + Lists.Address.Write(Query);

    private bool HasPrevious(ListPage<T> page) => ask.After is not null || (ask.Before is not null && page.HasPrevious);

    private bool HasNext(ListPage<T> page) => ask.Before is not null || page.HasNext;

    private string? SortedBy((string Falling, string? Rising) orders)
    {
        var order = ask.Order ?? DefaultOrder;
        return order == orders.Falling ? "descending" : order == orders.Rising ? "ascending" : null;
    }

    private void Select(string key)
    {
        if (!selected.Remove(key))
        {
            selected.Add(key);
        }
    }

    private void SelectAll(ChangeEventArgs change)
    {
        selected.Clear();
        if (change.Value is true)
        {
            selected.UnionWith(rows.Select(KeyOf));
        }
    }

    private Task Resized(DataGridColumnResizedEventArgs<T> change) =>
        change.Column?.UniqueID is { } name ? look.Widen(name, (int)change.Width) : Task.CompletedTask;

    private void DressRow(RowRenderEventArgs<T> row)
    {
        var key = KeyOf(row.Data!);
        row.Attributes["data-row"] = key;
        row.Attributes["tabindex"] = "-1";
        if (key == Chosen || selected.Contains(key))
        {
            row.Attributes["class"] = key == Chosen ? "row-chosen" : "row-selected";
        }
    }
}
