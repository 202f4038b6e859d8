using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Builtins;
using Jarvis.Domain.Workflows.Jq.Evaluation;
using Jarvis.Domain.Workflows.Jq.Syntax;

namespace Jarvis.Domain.Workflows.Jq.Compilation;

/// <summary>Calls, the forms of functions, and patterns.</summary>
internal sealed partial class Compiler
{
    /// <summary>From this size on, functions that call themselves are taken to give many values without trying whether they do.</summary>
    private const int TriedParts = 20_000;

    /// <summary>Parameters whose form is told apart.</summary>
    private const int FormBits = 64;

    private readonly Room preludeRoom = new(null);
    private readonly Dictionary<(string, int), FunctionSymbol> prelude = [];

    private Node Call(Call call, Scope? scope, Room room)
    {
        for (var at = scope; at is not null; at = at.Outer)
        {
            if (at.Symbol is ArgumentSymbol argument && argument.Name == call.Name && call.Arguments.Count == 0)
            {
                return new ArgumentNode(room.Level - argument.Room.Level, argument.Index, argument.Single);
            }

            if (at.Symbol is FunctionSymbol function && function.Name == call.Name && function.Definition.Parameters.Count == call.Arguments.Count)
            {
                return Call(function, call, scope, room);
            }
        }

        if (BuiltinTable.Find(call.Name, call.Arguments.Count) is { } builtin)
        {
            var arguments = call.Arguments
                .Select(a => builtin.Reentrant && a.Binds ? Lambda(a, scope, room) : Node(a, scope, room))
                .ToArray();
            return builtin.Make(arguments, environment)
                ?? throw Wrong($"{call.Name}/{call.Arguments.Count} is not available here", call);
        }

        if (Prelude.Find(call.Name, call.Arguments.Count) is { } definition)
        {
            return Call(FromPrelude(definition), call, scope, room);
        }

        throw Wrong(
            BuiltinTable.Refused.Contains(call.Name)
                ? $"{call.Name}/{call.Arguments.Count} is not available here"
                : $"{call.Name}/{call.Arguments.Count} is not defined",
            call);
    }

    private FunctionSymbol FromPrelude(Definition definition)
    {
        var key = (definition.Name, definition.Parameters.Count);
        if (!prelude.TryGetValue(key, out var symbol))
        {
            symbol = new FunctionSymbol(definition, preludeRoom);
            symbol.Scope = new Scope(null, symbol);
            prelude.Add(key, symbol);
        }

        return symbol;
    }

    private CallNode Call(FunctionSymbol function, Call call, Scope? scope, Room room)
    {
        var arguments = new ArgumentSource[call.Arguments.Count];
        var form = 0UL;
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Argument(call.Arguments[i], scope, room, out var single);
            form |= single && i < FormBits ? 1UL << i : 0;
        }

        var compiled = function.Room == preludeRoom ? PreludeForm(function, form, call) : Form(function, form);
        return new CallNode(compiled.Function, room.Level - function.Room.Level, arguments);
    }

    /// <summary>An argument that only hands through one of the caller's is that argument, so that recursion builds no chains.</summary>
    private ArgumentSource Argument(Term term, Scope? scope, Room room, out bool single)
    {
        if (term is Call { Arguments.Count: 0 } call)
        {
            for (var at = scope; at is not null; at = at.Outer)
            {
                if (at.Symbol is ArgumentSymbol argument && argument.Name == call.Name)
                {
                    single = argument.Single;
                    return new ArgumentSource(null, room.Level - argument.Room.Level, argument.Index);
                }

                if (at.Symbol is FunctionSymbol { Definition.Parameters.Count: 0 } function && function.Name == call.Name)
                {
                    break;
                }
            }
        }

        var node = term.Binds ? Lambda(term, scope, room) : Node(term, scope, room);
        single = node.Single;
        return new ArgumentSource(node, 0, 0);
    }

    private LambdaNode Lambda(Term term, Scope? scope, Room room)
    {
        var inner = new Room(room);
        var body = Node(term, scope, inner);
        return new LambdaNode(body, inner.Slots);
    }

    /// <summary>What is wrong inside of a built-in function, such as the lack of something it needs, is told at its call.</summary>
    private Compiled PreludeForm(FunctionSymbol function, ulong form, Call call)
    {
        try
        {
            return Form(function, form);
        }
        catch (JqSyntaxException exception)
        {
            throw Wrong(exception.Message, call);
        }
    }

    private Compiled Form(FunctionSymbol symbol, ulong form)
    {
        if (symbol.Forms.TryGetValue(form, out var known))
        {
            known.Recursive |= !known.Finished;
            return known;
        }

        var compiled = new Compiled(new Function { Single = parts < TriedParts });
        symbol.Forms.Add(form, compiled);
        Body(symbol, form, compiled.Function);
        if (compiled.Function.Single && !compiled.Function.Body.Single)
        {
            // It was taken to give at most one value, and what was compiled on that ground is compiled again.
            compiled.Function.Single = false;
            if (compiled.Recursive)
            {
                Body(symbol, form, compiled.Function);
            }
        }

        compiled.Finished = true;
        return compiled;
    }

    private void Body(FunctionSymbol symbol, ulong form, Function function)
    {
        var (definition, scope) = (symbol.Definition, symbol.Scope);
        if (definition.Parameters.Count == 0 && !definition.Body.Binds)
        {
            function.Frameless = true;
            function.Body = Node(definition.Body, scope, symbol.Room);
            return;
        }

        var room = new Room(symbol.Room);
        var values = new List<(int Index, int Slot)>();
        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            var parameter = definition.Parameters[i];
            scope = new Scope(scope, new ArgumentSymbol(parameter.Name, room, i, IsSingle(form, i)));
            if (parameter.IsValue)
            {
                var slot = room.Allocate();
                values.Add((i, slot));
                scope = new Scope(scope, new VariableSymbol(parameter.Name, room, slot));
            }
        }

        var body = Node(definition.Body, scope, room);
        for (var i = values.Count - 1; i >= 0; i--)
        {
            var (index, slot) = values[i];
            body = new BindNode(new ArgumentNode(0, index, IsSingle(form, index)), new Binding([new VariableBinder(slot)], [slot]), body);
        }

        function.Body = body;
        function.Slots = room.Slots;
    }

    private static bool IsSingle(ulong form, int index) => index < FormBits && (form & (1UL << index)) != 0;

    private (Binding Binding, Scope? Scope) Binding(IReadOnlyList<Pattern> patterns, Scope? scope, Room room)
    {
        // With alternatives every variable of each is set, to null where the one that fits does not have it.
        var slots = new Dictionary<string, int>();
        var inner = scope;
        var binders = new List<Binder>();
        foreach (var pattern in patterns)
        {
            var seen = inner;
            binders.Add(Binder(pattern, patterns.Count > 1 ? slots : null, ref seen, room));
            inner = seen;
        }

        return (new Binding([.. binders], [.. slots.Values]), inner);
    }

    private Binder Binder(Pattern pattern, Dictionary<string, int>? shared, ref Scope? scope, Room room)
    {
        switch (pattern)
        {
            case VariablePattern variable:
                return new VariableBinder(Slot(variable.Name, shared, ref scope, room));
            case ArrayPattern array:
                var items = new List<(Node, Binder)>();
                for (var i = 0; i < array.Items.Count; i++)
                {
                    items.Add((new ConstantNode(JsonNumber.From(i)), Binder(array.Items[i], shared, ref scope, room)));
                }

                return new PartsBinder([.. items], isArray: true);
            default:
                var members = new List<(Node, Binder)>();
                foreach (var (key, name, value) in ((ObjectPattern)pattern).Members)
                {
                    var at = Node(key, scope, room);
                    if (name is null)
                    {
                        members.Add((at, Binder(value!, shared, ref scope, room)));
                        continue;
                    }

                    var slot = Slot(name, shared, ref scope, room);
                    members.Add((at, value is null ? new VariableBinder(slot) : new WholeAndPartsBinder(slot, Binder(value, shared, ref scope, room))));
                }

                return new PartsBinder([.. members], isArray: false);
        }
    }

    private static int Slot(string name, Dictionary<string, int>? shared, ref Scope? scope, Room room)
    {
        if (shared is not null && shared.TryGetValue(name, out var known))
        {
            return known;
        }

        var slot = room.Allocate();
        shared?.Add(name, slot);
        scope = new Scope(scope, new VariableSymbol(name, room, slot));
        return slot;
    }
}
