using Jarvis.Domain.Workflows.Jq.Evaluation;
using Jarvis.Domain.Workflows.Jq.Syntax;

namespace Jarvis.Domain.Workflows.Jq.Compilation;

/// <summary>What names mean at a place of the program, the nearest first.</summary>
internal sealed record Scope(Scope? Outer, Symbol Symbol);

/// <summary>The room for variables of one call, as it is counted while compiling.</summary>
internal sealed class Room(Room? outer)
{
    public int Level { get; } = outer is null ? 0 : outer.Level + 1;

    public int Slots { get; private set; }

    public int Allocate() => Slots++;
}

internal abstract record Symbol(string Name, Room Room);

internal sealed record VariableSymbol(string Name, Room Room, int Slot) : Symbol(Name, Room);

internal sealed record LabelSymbol(string Name, Room Room, int Slot) : Symbol(Name, Room);

internal sealed record ArgumentSymbol(string Name, Room Room, int Index, bool Single) : Symbol(Name, Room);

internal sealed record FunctionSymbol(Definition Definition, Room Room) : Symbol(Definition.Name, Room)
{
    /// <summary>What the body sees, the function itself included.</summary>
    public Scope Scope { get; set; } = null!;

    /// <summary>By which arguments give at most one value, as bits.</summary>
    public Dictionary<ulong, Compiled> Forms { get; } = [];
}

/// <summary>A form of a function: its body serves arguments that give at most one value better than those that give many.</summary>
internal sealed record Compiled(Function Function)
{
    /// <summary>Whether the body that is being compiled calls it again.</summary>
    public bool Recursive { get; set; }

    public bool Finished { get; set; }
}
