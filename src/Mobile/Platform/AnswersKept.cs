using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Platform;

/// <summary>What the phone's queries ask for, so that the person can settle what of it stays on the phone.</summary>
public static class AnswersKept
{
    public static AnswerKinds Kinds { get; } = new(
        Named(KeptKind.Lists, "Home", "HomeOfDevice", "Runs", "RunFilterChoices", "StatisticsPage", "DeviceList", "DeviceDetails", "WorkflowFigures")
            .Concat(Named(KeptKind.Runs, "RunPage", "RunTasks", "RetryForm"))
            .Concat(Named(KeptKind.Contents, "RunTaskContent", "RunScreenshots", "RunVariables", "RunHistory", "RunLog"))
            .Concat(Named(KeptKind.Workflows, "WorkflowList", "WorkflowDetails", "WorkflowDifference", "WorkflowText", "WorkflowForm", "StartForm", "CheckInput", "CheckDefinition"))
            .ToDictionary(StringComparer.Ordinal));

    private static IEnumerable<KeyValuePair<string, KeptKind>> Named(KeptKind kind, params string[] queries) => queries.Select(query => KeyValuePair.Create(query, kind));
}
