using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>Finds a workflow by what people call it.</summary>
public static class WorkflowNames
{
    /// <param name="name"><c>namespace/name</c>, or the name alone where only one namespace of the owner has it.</param>
    public static async Task<Guid?> Find(IQuerySession session, Guid ownerId, string name, CancellationToken cancellation)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return (await session.LoadAsync<WorkflowName>($"{ownerId:N}/{name}", cancellation))?.WorkflowId;
        }

        var prefix = $"{ownerId:N}/";
        var suffix = $"/{name}";
        var found = await session.Query<WorkflowName>().Where(known => known.Id.StartsWith(prefix) && known.Id.EndsWith(suffix)).Take(2).ToListAsync(cancellation);
        return found.Count == 1 ? found[0].WorkflowId : null;
    }
}
