using Jarvis.Client.Platform;
using Jarvis.Client.Runs;

namespace Jarvis.Client.Workflows;

/// <summary>What workflows and their runs are called: by the title in the person's language; by the name where there is none, or it is not theirs to see.</summary>
public static class TitledNames
{
    public static string NameOf(this Language language, Titled workflow) => (language.IsChinese ? workflow.TitleZh : workflow.TitleEn) ?? workflow.Name;

    /// <summary>A run is called after its workflow; after the name it was given where that was never published.</summary>
    public static string NameOf(this Language language, RunRow run) => run.Workflow is { } workflow ? language.NameOf(workflow) : run.WorkflowName;
}
