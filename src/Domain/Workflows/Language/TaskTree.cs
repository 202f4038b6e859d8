namespace Jarvis.Domain.Workflows.Language;

/// <summary>Walks a task and the tasks in it.</summary>
public static class TaskTree
{
    /// <summary>The task itself, then every task below it, in the order of the definition.</summary>
    public static IEnumerable<TaskDefinition> Of(TaskDefinition task)
    {
        yield return task;
        foreach (var list in ListsOf(task))
        {
            foreach (var child in Of(list))
            {
                yield return child;
            }
        }
    }

    /// <summary>Every task of a list, and every task below it.</summary>
    public static IEnumerable<TaskDefinition> Of(TaskList list) => list.Tasks.SelectMany(Of);

    /// <summary>The lists that stand directly in a task.</summary>
    public static IEnumerable<TaskList> ListsOf(TaskDefinition task) => task switch
    {
        TaskDefinition.Do t => [t.Tasks],
        TaskDefinition.For t => [t.Tasks],
        TaskDefinition.Fork t => [t.Branches],
        TaskDefinition.Listen { ForEach.Do: { } each } => [each],
        TaskDefinition.Try { Catch.Do: { } handler } t => [t.Tasks, handler],
        TaskDefinition.Try t => [t.Tasks],
        _ => [],
    };
}
