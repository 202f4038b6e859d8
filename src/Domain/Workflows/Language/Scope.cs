using System.Collections.Immutable;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Which variables an expression may use at one place (dsl.md, "Runtime expression arguments").</summary>
internal sealed record Scope(ImmutableSortedSet<string> Arguments, ImmutableSortedSet<string> Locals)
{
    public static readonly Scope WorkflowInput = Of("secrets", "workflow", "runtime");
    public static readonly Scope WorkflowOutput = Of("context", "secrets", "workflow", "runtime");

    /// <summary>A task's own definition, evaluated on its transformed input.</summary>
    public static readonly Scope Task = Of("context", "input", "secrets", "task", "workflow", "runtime", "authorization");

    private static readonly ImmutableSortedSet<string> BeforeTask = ["context", "secrets", "task", "workflow", "runtime"];

    private static readonly ImmutableSortedSet<string> AfterTask =
        ["context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization"];

    /// <summary>The loop and error variables of the tasks around stay; the arguments are those of a task's <c>if</c> and <c>input.from</c>.</summary>
    public Scope ForTaskStart => this with { Arguments = BeforeTask };

    public Scope ForTaskOutput => this with { Arguments = Task.Arguments };

    public Scope ForTaskExport => this with { Arguments = AfterTask };

    public IReadOnlyCollection<string> Names => Arguments.Union(Locals);

    public Scope With(params string[] locals) => this with { Locals = Locals.Union(locals) };

    private static Scope Of(params string[] names) => new([.. names], []);
}
