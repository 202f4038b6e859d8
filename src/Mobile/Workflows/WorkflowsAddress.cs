using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Workflows;

/// <summary>What the list of workflows shows, as it stands in the address. All that is given must hold.</summary>
public sealed record WorkflowsAddress
{
    public string Text { get; init; } = "";

    public string? Category { get; init; }

    /// <summary>Every one of them, in alphabetical order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public bool Favourite { get; init; }

    public bool IsFiltered => Text.Length > 0 || Category is not null || Tags.Count > 0 || Favourite;

    public WorkflowFilter? Filter => IsFiltered
        ? new WorkflowFilter { Text = Text.Length > 0 ? Text : null, Category = Category, Tags = Tags.Count > 0 ? Tags : null, Favourite = Favourite ? true : null }
        : null;

    /// <summary>With its question mark; empty where nothing is filtered.</summary>
    public string Query
    {
        get
        {
            var parts = new List<string>();
            if (Text.Length > 0)
            {
                parts.Add("text=" + Uri.EscapeDataString(Text));
            }

            if (Category is not null)
            {
                parts.Add("category=" + Uri.EscapeDataString(Category));
            }

            parts.AddRange(Tags.Select(tag => "tag=" + Uri.EscapeDataString(tag)));
            if (Favourite)
            {
                parts.Add("favourite=true");
            }

            return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
        }
    }

    /// <summary>With the tag where it was without, and the other way round.</summary>
    public WorkflowsAddress Toggle(string tag) => this with
    {
        Tags = Tags.Contains(tag) ? [.. Tags.Where(other => other != tag)] : [.. Tags.Append(tag).Order(StringComparer.Ordinal)],
    };

    /// <summary>Whether both lead to the same list.</summary>
    public bool Same(WorkflowsAddress other) => Query == other.Query;
}
