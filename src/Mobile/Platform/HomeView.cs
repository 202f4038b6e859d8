namespace Jarvis.Mobile.Platform;

/// <summary>What the first page shows, of all PCs or of one.</summary>
/// <param name="Chosen">The PC that the server says the person looks at.</param>
public sealed record HomeView(
    IReadOnlyList<HomeDevice> Devices, HomeRuns Running, HomeRuns Paused, HomeRuns Pending, HomeRuns NeedsAttention, HomeFigures Today, HomeFigures Week,
    IReadOnlyList<HomeFavourite> Favourites, Guid? Chosen)
{
    public static HomeView Of(HomeQuery.Data data) => new(
        data.Home.Devices, data.Home.Running, data.Home.Paused, data.Home.Pending, data.Home.NeedsAttention, data.Home.Today, data.Home.Week, data.Home.Favourites, data.Viewer.ChosenDevice?.Id);

    public static HomeView Of(HomeOfDeviceQuery.Data data) => new(
        data.Home.Devices, data.Running, data.Paused, data.Pending, data.NeedsAttention, data.Today, data.Week, data.Home.Favourites, data.Viewer.ChosenDevice?.Id);

    /// <summary>Whether a workflow can be started without asking for anything: every field that it needs has a default.</summary>
    public static bool StartsAtOnce(HomeFavourite workflow)
    {
        var fields = workflow.Form?.Fields ?? [];
        return !fields.Any(field => field.Parent is not null && field.Required && field.Default is not { ValueKind: not System.Text.Json.JsonValueKind.Null }
            && field.Widget != Jarvis.Client.Schema.FormWidget.Group && IsAlwaysThere(fields, field));
    }

    // A field that is required within a group that may be left out is not required.
    private static bool IsAlwaysThere(IReadOnlyList<HomeFavourite.FormNode.FieldsNode> fields, HomeFavourite.FormNode.FieldsNode field)
    {
        for (var parent = field.Parent; !string.IsNullOrEmpty(parent);)
        {
            var group = fields.FirstOrDefault(one => one.Pointer == parent);
            if (group is null || !group.Required)
            {
                return false;
            }

            parent = group.Parent;
        }

        return true;
    }
}
