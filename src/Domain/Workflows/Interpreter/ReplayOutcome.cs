using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What a definition does differently at one place.</summary>
/// <param name="Code"><c>added</c>, <c>missing</c>, <c>kind</c>, <c>arguments</c>, <c>output</c>, <c>context</c>, <c>next</c>, <c>ending</c>, <c>skipped</c> or <c>done</c>.</param>
/// <param name="Instance">The task instance; empty for the run as a whole.</param>
/// <param name="Reason">A sentence for people; it quotes no value.</param>
/// <param name="Recorded">What stands in the record; null where nothing does.</param>
/// <param name="Now">What the definition gives; null where it gives nothing.</param>
public sealed record ReplayDifference(string Code, string Task, string Instance, string Reason, Json? Recorded, Json? Now);

/// <summary>How a definition stepped through what a run recorded.</summary>
/// <param name="Same">Task instances that went as they were recorded.</param>
/// <param name="First">The first difference in the order of the walk; null for none.</param>
/// <param name="Reached">Instances that are not in the record, at which the walk would go on for real.</param>
/// <param name="HasOutlined">Whether a recorded value stands as a reference to a blob, so that what follows from it cannot be judged here.</param>
public sealed record ReplayOutcome(int Same, ReplayDifference? First, IReadOnlyList<string> Reached, bool HasOutlined);
