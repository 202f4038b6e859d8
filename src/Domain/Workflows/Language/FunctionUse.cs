namespace Jarvis.Domain.Workflows.Language;

/// <summary>Which of Jarvis's functions a workflow calls.</summary>
/// <param name="Sure">Called in every run that gets to its end: under no condition, and no <c>catch</c> stands in for them.</param>
/// <param name="Perhaps">Called where a condition holds, or caught where they fail.</param>
public sealed record FunctionUse(IReadOnlyList<string> Sure, IReadOnlyList<string> Perhaps)
{
    public static FunctionUse Of(Definition definition)
    {
        var walk = new Walk(definition.Use);
        walk.List(definition.Do, sure: true);
        foreach (var extension in definition.Use.Extensions)
        {
            walk.List(extension.Before, sure: false);
            walk.List(extension.After, sure: false);
        }

        return new FunctionUse([.. walk.Sure.Order(StringComparer.Ordinal)], [.. walk.Perhaps.Except(walk.Sure).Order(StringComparer.Ordinal)]);
    }

    private sealed class Walk(UseSection use)
    {
        // Each defined function is walked once for either answer: they may call one another, in a circle too.
        private readonly HashSet<(string Function, bool Sure)> walked = [];

        public HashSet<string> Sure { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Perhaps { get; } = new(StringComparer.Ordinal);

        public void List(TaskList? list, bool sure)
        {
            foreach (var task in list?.Tasks ?? [])
            {
                One(task, sure && task.Head.If is null);

                // What stands behind a branch or a jump may be gone past.
                sure &= task is not TaskDefinition.Switch && task.Head.Then is null or FlowDirective.Continue;
            }
        }

        private void One(TaskDefinition task, bool sure)
        {
            switch (task)
            {
                case TaskDefinition.CallFunction call:
                    (sure ? Sure : Perhaps).Add(call.Function);
                    break;
                case TaskDefinition.CallDefined call when use.Functions.GetValueOrDefault(call.Function) is { } defined && walked.Add((call.Function, sure)):
                    One(defined, sure && defined.Head.If is null);
                    break;
                case TaskDefinition.Try attempt:
                    List(attempt.Tasks, sure: false);
                    List(attempt.Catch.Do, sure: false);
                    break;
                case TaskDefinition.Fork { Compete: true } race:
                    List(race.Branches, sure: false);
                    break;
                default:
                    foreach (var inner in TaskTree.ListsOf(task))
                    {
                        List(inner, sure && task is TaskDefinition.Do or TaskDefinition.Fork);
                    }

                    break;
            }
        }
    }
}
