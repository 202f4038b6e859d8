using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

public enum DifferenceKind { Same, Removed, Added }

/// <summary>A line of two texts laid over each other; lines count from 1, null on the side that lacks it.</summary>
public sealed record DifferenceLine(DifferenceKind Kind, int? OldLine, int? NewLine, string Text);

/// <summary>How two texts differ, line by line.</summary>
public static class TextDifference
{
    /// <summary>Unchanged lines shown around a change.</summary>
    public const int Context = 3;

    /// <summary>Beyond so many changed lines the least difference is not looked for: what differs in the middle is removed and added as a whole.</summary>
    public const int MaxEdits = 2_000;

    /// <summary>The changed lines with some around them; empty where the texts are the same.</summary>
    public static ImmutableArray<DifferenceLine> Of(string old, string @new)
    {
        string[] a = Lines(old), b = Lines(@new);
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }

        List<DifferenceLine> all = [.. Enumerable.Range(0, head).Select(i => new DifferenceLine(DifferenceKind.Same, i + 1, i + 1, a[i]))];
        var (x, y) = (head, head);
        foreach (var kind in Script(a[head..^tail], b[head..^tail]))
        {
            all.Add(kind switch
            {
                DifferenceKind.Removed => new DifferenceLine(kind, ++x, null, a[x - 1]),
                DifferenceKind.Added => new DifferenceLine(kind, null, ++y, b[y - 1]),
                _ => new DifferenceLine(kind, ++x, ++y, a[x - 1]),
            });
        }

        all.AddRange(Enumerable.Range(0, tail).Select(i => new DifferenceLine(DifferenceKind.Same, x + i + 1, y + i + 1, a[x + i])));
        return Near(all);
    }

    private static string[] Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray() is var lines && lines[^1].Length == 0 ? lines[..^1] : lines;

    private static ImmutableArray<DifferenceLine> Near(List<DifferenceLine> all)
    {
        var shown = new bool[all.Count];
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Kind != DifferenceKind.Same)
            {
                for (var j = Math.Max(0, i - Context); j <= Math.Min(all.Count - 1, i + Context); j++)
                {
                    shown[j] = true;
                }
            }
        }

        return [.. all.Where((_, i) => shown[i])];
    }

    /// <summary>The shortest way from one to the other (E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).</summary>
    private static List<DifferenceKind> Script(string[] a, string[] b)
    {
        var limit = Math.Min(MaxEdits, a.Length + b.Length);
        var reach = new int[(2 * limit) + 3];
        var trail = new List<int[]>();
        for (var d = 0; d <= limit; d++)
        {
            trail.Add(reach[(limit - d + 1)..(limit + d + 2)]);
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && reach[limit + k] < reach[limit + k + 2]) ? reach[limit + k + 2] : reach[limit + k] + 1;
                while (x < a.Length && x - k < b.Length && a[x] == b[x - k])
                {
                    x++;
                }

                reach[limit + k + 1] = x;
                if (x >= a.Length && x - k >= b.Length)
                {
                    return Back(trail, a.Length, b.Length);
                }
            }
        }

        return [.. Enumerable.Repeat(DifferenceKind.Removed, a.Length), .. Enumerable.Repeat(DifferenceKind.Added, b.Length)];
    }

    private static List<DifferenceKind> Back(List<int[]> trail, int x, int y)
    {
        var steps = new List<DifferenceKind>();
        for (var d = trail.Count - 1; d >= 0; d--)
        {
            // trail[d] holds what diagonals -d to d reached before step d, at index k + d.
            int At(int k) => k + d >= 0 && k + d < trail[d].Length ? trail[d][k + d] : 0;
            var k = x - y;
            var down = k == -d || (k != d && At(k - 1) < At(k + 1));
            var fromX = d == 0 ? 0 : At(down ? k + 1 : k - 1);
            var fromY = d == 0 ? 0 : fromX - (down ? k + 1 : k - 1);
            var stepX = d == 0 ? 0 : down ? fromX : fromX + 1;
            for (; x > stepX; x--, y--)
            {
                steps.Add(DifferenceKind.Same);
            }

            if (d > 0)
            {
                steps.Add(down ? DifferenceKind.Added : DifferenceKind.Removed);
                (x, y) = (fromX, fromY);
            }
        }

        steps.Reverse();
        return steps;
    }
}

public enum TaskDifferenceKind { Added, Removed, Changed }

/// <summary>A task that only one revision has, or that is not the same in both.</summary>
/// <param name="Path">The names of the tasks around it and its own, from the outside in.</param>
/// <param name="OldId">Its pointer in the older definition; null where it is new.</param>
public sealed record TaskDifference(TaskDifferenceKind Kind, ImmutableArray<string> Path, string TaskKind, string? OldId, string? NewId);

/// <summary>Which tasks two definitions do not have in common. A task is the same by its name and the tasks around it, wherever in the list it stands.</summary>
public static class TaskDifferences
{
    public static ImmutableArray<TaskDifference> Of(Definition old, Definition @new)
    {
        var before = Tasks(old);
        var after = Tasks(@new);
        return
        [
            .. after.Where(t => !before.ContainsKey(t.Key)).Select(t => Difference(TaskDifferenceKind.Added, null, t.Value)),
            .. before.Where(t => !after.ContainsKey(t.Key)).Select(t => Difference(TaskDifferenceKind.Removed, t.Value, null)),
            .. after.Where(t => before.TryGetValue(t.Key, out var was) && !Own(was.Task).Equals(Own(t.Value.Task)))
                .Select(t => Difference(TaskDifferenceKind.Changed, before[t.Key], t.Value)),
        ];
    }

    private sealed record Placed(ImmutableArray<string> Path, TaskDefinition Task);

    private static TaskDifference Difference(TaskDifferenceKind kind, Placed? old, Placed? @new) =>
        new(kind, (@new ?? old)!.Path, (@new ?? old)!.Task.Head.Kind, old?.Task.Pointer, @new?.Task.Pointer);

    private static OrderedDictionary<string, Placed> Tasks(Definition definition)
    {
        var all = new OrderedDictionary<string, Placed>(StringComparer.Ordinal);
        Add(definition.Do, []);
        return all;

        void Add(TaskList list, ImmutableArray<string> around)
        {
            foreach (var task in list.Tasks)
            {
                var path = around.Add(task.Name);
                all.TryAdd(string.Join('/', path.Select(JsonPointer.Escape)), new Placed(path, task));
                foreach (var inner in TaskTree.ListsOf(task))
                {
                    Add(inner, path);
                }
            }
        }
    }

    /// <summary>What a task says itself, without the tasks that it holds: those are told apart on their own.</summary>
    private static JsonObject Own(TaskDefinition task) => Without(task.Head.Source as JsonObject ?? JsonObject.Empty, task switch
    {
        TaskDefinition.Do or TaskDefinition.For => ["do"],
        TaskDefinition.Fork => ["fork", "branches"],
        TaskDefinition.Try => ["try"],
        TaskDefinition.Listen => ["foreach", "do"],
        _ => [],
    }) is var own && task is TaskDefinition.Try ? Without(own, ["catch", "do"]) : own;

    private static JsonObject Without(JsonObject source, ReadOnlySpan<string> path) => path switch
    {
        [] => source,
        [var last] => source[last] is null ? source : source.Without(last),
        [var first, .. var rest] => source[first] is JsonObject inner ? source.With(first, Without(inner, rest)) : source,
    };
}
