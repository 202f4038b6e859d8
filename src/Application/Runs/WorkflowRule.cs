namespace Jarvis.Application.Runs;

/// <summary>What people settled about the runs of a workflow, where dispatch asks for it. Written with the event that says so.</summary>
public sealed record WorkflowRule(Guid Id, Guid OwnerId, int? AtOnce);
