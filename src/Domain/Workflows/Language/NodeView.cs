using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>How one node leads to another.</summary>
public enum NodeEdgeKind
{
    /// <summary>When it is done, the next follows.</summary>
    Next,

    /// <summary><c>then</c> names what follows.</summary>
    Jump,

    /// <summary>Where <c>if</c> does not hold.</summary>
    Skip,

    /// <summary>Into a task that holds others.</summary>
    Body,

    /// <summary>One of the branches of a <c>fork</c>.</summary>
    Branch,

    /// <summary>A case of a <c>switch</c>.</summary>
    Case,

    /// <summary>Where a <c>try</c> goes on an error it catches.</summary>
    Catch,

    /// <summary>From the end of an iteration to its <c>for</c>.</summary>
    Loop,

    /// <summary>From the end of a list back to the task that holds it.</summary>
    Return,
}

/// <summary>A task as a node of a picture or list.</summary>
/// <param name="Id">The task's pointer in the definition; what a run tells of it as <c>task</c>. An instance without its <c>@n</c> marks is the same.</param>
/// <param name="Title">From <c>metadata.title</c> (a text, or texts by language); the name where there is none.</param>
/// <param name="Detail">What it calls, asks or goes over.</param>
/// <param name="ParentId">The task that holds it; null at the top.</param>
/// <param name="Part">The list it stands in: <c>do</c>, <c>branches</c>, <c>try</c>, <c>catch</c> or <c>foreach</c>.</param>
/// <param name="Index">Its place in that list, from 0.</param>
/// <param name="Depth">How many tasks hold it.</param>
/// <param name="Row">Its place in a list of all nodes, from 0.</param>
public sealed record TaskNode(
    string Id, string Name, LocalText Title, string Kind, string? Detail, string? ParentId, string Part, int Index, int Depth, int Row, string? Condition);

/// <summary>A way from one node to another.</summary>
/// <param name="From">Null for where the workflow begins.</param>
/// <param name="To">Null for where it ends.</param>
/// <param name="Label">The case's name.</param>
/// <param name="When">The condition of a case.</param>
public sealed record TaskEdge(string? From, string? To, NodeEdgeKind Kind, string? Label = null, string? When = null);

/// <summary>The tasks of a definition and the ways between them, for a picture or a list that runs from top to bottom.</summary>
public sealed record NodeView(ImmutableArray<TaskNode> Nodes, ImmutableArray<TaskEdge> Edges)
{
    public static NodeView Of(Definition definition)
    {
        var drawing = new Drawing();
        drawing.List(definition.Do, null, "do", 0, null);
        return new NodeView([.. drawing.Nodes], [.. drawing.Edges.Distinct()]);
    }

    private sealed class Drawing
    {
        public List<TaskNode> Nodes { get; } = [];

        public List<TaskEdge> Edges { get; } = [];

        /// <param name="holder">The task that holds the list; null for the workflow.</param>
        /// <param name="loop">Whether its end leads back to do it again.</param>
        public void List(TaskList list, TaskDefinition? holder, string part, int depth, NodeEdgeKind? entry, bool loop = false)
        {
            var tasks = list.Tasks;
            if (tasks.IsEmpty)
            {
                return;
            }

            Edges.Add(new TaskEdge(holder?.Pointer, tasks[0].Pointer, entry ?? NodeEdgeKind.Next));
            for (var i = 0; i < tasks.Length; i++)
            {
                Task(tasks[i], holder, part, i, depth);
                Leave(list, i, holder, loop);
            }
        }

        private void Task(TaskDefinition task, TaskDefinition? holder, string part, int index, int depth)
        {
            Nodes.Add(new TaskNode(
                task.Pointer, task.Name, LocalText.Of(Json.Of(task.Name), (Member(task.Head.Source, "metadata") as JsonObject)?["title"]), task.Head.Kind, Detail(task),
                holder?.Pointer, part, index, depth, Nodes.Count, Text(Member(task.Head.Source, "if"))));
            switch (task)
            {
                case TaskDefinition.Do t:
                    List(t.Tasks, task, "do", depth + 1, NodeEdgeKind.Body);
                    break;
                case TaskDefinition.For t:
                    List(t.Tasks, task, "do", depth + 1, NodeEdgeKind.Body, loop: true);
                    break;
                case TaskDefinition.Fork t:
                    for (var i = 0; i < t.Branches.Tasks.Length; i++)
                    {
                        var branch = t.Branches.Tasks[i];
                        Edges.Add(new TaskEdge(task.Pointer, branch.Pointer, NodeEdgeKind.Branch, branch.Name));
                        Task(branch, task, "branches", i, depth + 1);
                        Edges.Add(new TaskEdge(branch.Pointer, task.Pointer, NodeEdgeKind.Return));
                    }

                    break;
                case TaskDefinition.Try t:
                    List(t.Tasks, task, "try", depth + 1, NodeEdgeKind.Body);
                    if (t.Catch.Do is { } handler)
                    {
                        List(handler, task, "catch", depth + 1, NodeEdgeKind.Catch);
                    }

                    break;
                case TaskDefinition.Listen { ForEach.Do: { } each }:
                    List(each, task, "foreach", depth + 1, NodeEdgeKind.Body, loop: true);
                    break;
            }
        }

        /// <summary>Where a task of a list leads once it is done.</summary>
        private void Leave(TaskList list, int index, TaskDefinition? holder, bool loop)
        {
            var task = list.Tasks[index];
            var next = index + 1 < list.Tasks.Length ? list.Tasks[index + 1].Pointer : null;
            if (task is TaskDefinition.Switch choice)
            {
                foreach (var one in choice.Cases)
                {
                    Lead(one.Then, NodeEdgeKind.Case, NodeEdgeKind.Case, one.Name, one.When?.ToString());
                }

                // Where no case holds, it goes on like any task.
                if (choice.Cases.All(one => one.When is not null))
                {
                    Lead(task.Head.Then, NodeEdgeKind.Next, NodeEdgeKind.Jump);
                }
            }
            else if (task is not TaskDefinition.Raise)
            {
                Lead(task.Head.Then, NodeEdgeKind.Next, NodeEdgeKind.Jump);
            }

            if (task.Head.If is not null && (task.Head.Then is not (null or FlowDirective.Continue) || task is TaskDefinition.Switch or TaskDefinition.Raise))
            {
                Lead(null, NodeEdgeKind.Skip, NodeEdgeKind.Skip);
            }

            void Lead(string? then, NodeEdgeKind on, NodeEdgeKind away, string? label = null, string? when = null) => Edges.Add(then switch
            {
                null or FlowDirective.Continue when next is not null => new TaskEdge(task.Pointer, next, on, label, when),
                null or FlowDirective.Continue or FlowDirective.Exit => Out(on, label, when),
                FlowDirective.End => new TaskEdge(task.Pointer, null, away, label, when),
                _ => new TaskEdge(task.Pointer, list.PlaceOf(then) is var place and >= 0 ? list.Tasks[place].Pointer : null, away, label, when),
            });

            // Off the end of its list.
            TaskEdge Out(NodeEdgeKind on, string? label, string? when) => holder is null
                ? new TaskEdge(task.Pointer, null, on, label, when)
                : new TaskEdge(task.Pointer, holder.Pointer, on is NodeEdgeKind.Next ? loop ? NodeEdgeKind.Loop : NodeEdgeKind.Return : on, label, when);
        }

        private static string? Detail(TaskDefinition task) => task switch
        {
            TaskDefinition.CallFunction t => t.Function,
            TaskDefinition.CallDefined t => t.Function,
            TaskDefinition.CallHttp => Joined(Member(task.Head.Source, "with"), "method", "endpoint"),
            TaskDefinition.CallOpenApi => Text(Member(Member(task.Head.Source, "with"), "operationId")),
            TaskDefinition.For => Text(Member(Member(task.Head.Source, "for"), "in")),
            TaskDefinition.RunShell => Text(Member(Member(Member(task.Head.Source, "run"), "shell"), "command")),
            TaskDefinition.RunWorkflow => Text(Member(Member(Member(task.Head.Source, "run"), "workflow"), "name")),
            TaskDefinition.Wait => Member(task.Head.Source, "wait")?.ToString(),
            TaskDefinition.Raise => Text(Member(Member(Member(task.Head.Source, "raise"), "error"), "type")),
            _ => null,
        };

        private static string? Joined(Json? source, string first, string second)
        {
            var place = Member(source, second);
            return $"{Text(Member(source, first))} {Text(place) ?? Text(Member(place, "uri"))}".Trim() is { Length: > 0 } text ? text : null;
        }

        private static Json? Member(Json? source, string name) => (source as JsonObject)?[name];

        private static string? Text(Json? value) => (value as JsonString)?.Value;
    }
}
