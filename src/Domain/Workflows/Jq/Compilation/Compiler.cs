using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Builtins;
using Jarvis.Domain.Workflows.Jq.Evaluation;
using Jarvis.Domain.Workflows.Jq.Syntax;

namespace Jarvis.Domain.Workflows.Jq.Compilation;

/// <summary>Turns a program's terms into nodes: names into places, functions into the forms that their calls need.</summary>
internal sealed partial class Compiler(string source, JqEnvironment environment)
{
    /// <summary>Most parts that a program may come to once its functions are compiled for their calls.</summary>
    private const int MaxParts = 200_000;

    /// <summary>Every so many levels of nesting a look at the stack is compiled in.</summary>
    private const int GuardEvery = 32;

    private int parts;
    private int depth;

    /// <exception cref="JqSyntaxException">A function, variable or label does not exist.</exception>
    public static (Node Body, int Slots) Compile(Term program, string source, IReadOnlyCollection<string> variables, JqEnvironment environment)
    {
        var room = new Room(null);
        Scope? scope = null;
        foreach (var variable in variables)
        {
            scope = new Scope(scope, new VariableSymbol(variable, room, room.Allocate()));
        }

        var body = new Compiler(source, environment).Node(program, scope, room);
        return (body, room.Slots);
    }

    private Node Node(Term term, Scope? scope, Room room)
    {
        depth++;
        var node = Unguarded(term, scope, room);
        return --depth % GuardEvery == GuardEvery - 1 ? new GuardNode(node) : node;
    }

    private Node Unguarded(Term term, Scope? scope, Room room)
    {
        if (++parts > MaxParts)
        {
            throw Wrong("The program is too large", term);
        }

        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (term)
        {
            case Identity: return IdentityNode.Instance;
            case Constant constant: return new ConstantNode(constant.Value);
            case Variable variable: return Variable(variable, scope, room);
            case At at: return At(at, scope, room);
            case Slice slice:
                return new SliceNode(
                    Node(slice.Target, scope, room),
                    slice.From is null ? new ConstantNode(Json.Null) : Node(slice.From, scope, room),
                    slice.To is null ? new ConstantNode(Json.Null) : Node(slice.To, scope, room),
                    slice.Optional);
            case Each each: return new EachNode(Node(each.Target, scope, room), each.Optional);
            case Piped piped: return Pipe(Node(piped.First, scope, room), Node(piped.Then, scope, room));
            case Both both: return new CommaNode(Node(both.First, scope, room), Node(both.Second, scope, room));
            case Negated negated:
                var value = Node(negated.Value, scope, room);
                return value is ConstantNode { Value: JsonNumber number } ? new ConstantNode(number.Negate()) : new NegateNode(value);
            case Operation operation: return Operation(operation, scope, room);
            case Assignment assignment: return Assignment(assignment, scope, room);
            case ArrayOf array: return Array(array, scope, room);
            case ObjectOf members:
                return members.Members.Count == 0
                    ? new ConstantNode(JsonObject.Empty)
                    : new ObjectNode([.. members.Members.Select(m => (Node(m.Key, scope, room), Node(m.Value, scope, room)))]);
            case Interpolated text: return new InterpolationNode(
                [.. text.Parts.Select(p => Node(p, scope, room))],
                [.. text.Parts.Select(p => (p as Constant)?.Value is JsonString literal ? literal.Value : null)],
                Format(text.Format ?? "text", text));
            case Formatted formatted:
                var format = Format(formatted.Format, formatted);
                return new ValueNode((e, input) => new JsonString(format(e, input)));
            case Choice choice:
                return new ChoiceNode(
                    Node(choice.Condition, scope, room),
                    Node(choice.Then, scope, room),
                    choice.Else is null ? IdentityNode.Instance : Node(choice.Else, scope, room));
            case Attempt attempt:
                return new TryNode(
                    Node(attempt.Body, scope, room),
                    attempt.Handler is null ? EmptyNode.Instance : Node(attempt.Handler, scope, room));
            case Bound bound:
                var bindSource = Node(bound.Source, scope, room);
                var (binding, inner) = Binding(bound.Patterns, scope, room);
                return new BindNode(bindSource, binding, Node(bound.Body, inner, room));
            case Reduction reduction:
                var reduceSource = Node(reduction.Source, scope, room);
                var (reduceBinding, reduceInner) = Binding(reduction.Patterns, scope, room);
                return new ReduceNode(reduceSource, reduceBinding, Node(reduction.Start, scope, room), Node(reduction.Update, reduceInner, room));
            case Iteration iteration:
                var eachSource = Node(iteration.Source, scope, room);
                var (eachBinding, eachInner) = Binding(iteration.Patterns, scope, room);
                return new ForeachNode(
                    eachSource,
                    eachBinding,
                    Node(iteration.Start, scope, room),
                    Node(iteration.Update, eachInner, room),
                    iteration.Extract is null ? null : Node(iteration.Extract, eachInner, room));
            case Labelled labelled:
                var slot = room.Allocate();
                return new LabelNode(slot, Node(labelled.Body, new Scope(scope, new LabelSymbol(labelled.Name, room, slot)), room));
            case Broken broken:
                return Find<LabelSymbol>(scope, broken.Name) is { } label
                    ? new BreakNode(room.Level - label.Room.Level, label.Slot)
                    : throw Wrong($"$*label-{broken.Name} is not defined", broken);
            case Defined:
                while (term is Defined defined)
                {
                    var symbol = new FunctionSymbol(defined.Function, room);
                    scope = symbol.Scope = new Scope(scope, symbol);
                    term = defined.Body;
                }

                return Node(term, scope, room);
            case Call call: return Call(call, scope, room);
            default: throw Wrong($"{term.GetType().Name} cannot be used here", term);
        }
    }

    private static Node Pipe(Node first, Node then) =>
        first is IdentityNode ? then : then is IdentityNode ? first : new PipeNode(first, then);

    private ConstantNode? Constant(Variable variable)
    {
        if (variable.Name == "__loc__")
        {
            var line = source.AsSpan(0, variable.Position).Count('\n') + 1;
            return new ConstantNode(Json.Of(("file", "<top-level>"), ("line", line)));
        }

        return variable.Name == "ENV" && environment.Variables is { } variables ? new ConstantNode(variables) : null;
    }

    private Node Variable(Variable variable, Scope? scope, Room room) =>
        Find<VariableSymbol>(scope, variable.Name) is { } symbol
            ? new VariableNode(room.Level - symbol.Room.Level, symbol.Slot)
            : Constant(variable) ?? throw Wrong($"${variable.Name} is not defined", variable);

    private Node At(At at, Scope? scope, Room room)
    {
        var key = Node(at.Key, scope, room);
        var target = Node(at.Target, scope, room);
        return key is ConstantNode { Value: JsonString name } ? new MemberNode(target, name, at.Optional) : new AtNode(target, key, at.Optional);
    }

    private Node Array(ArrayOf array, Scope? scope, Room room)
    {
        var items = new List<Node>();
        var rest = array.Items;
        while (rest is Both both)
        {
            items.Add(Node(both.Second, scope, room));
            rest = both.First;
        }

        if (rest is null)
        {
            return new ConstantNode(JsonArray.Empty);
        }

        items.Add(Node(rest, scope, room));
        items.Reverse();
        return items.Count > 1 && items.TrueForAll(i => i.Single)
            ? new TupleNode([.. items])
            : new ArrayNode(items.Aggregate((first, second) => new CommaNode(first, second)));
    }

    private Node Operation(Operation operation, Scope? scope, Room room)
    {
        var left = Node(operation.Left, scope, room);
        var right = Node(operation.Right, scope, room);
        return operation.Operator switch
        {
            "and" => new LogicNode(decides: false, left, right),
            "or" => new LogicNode(decides: true, left, right),
            "//" => new AlternativeNode(left, right),
            _ => new BinaryNode(Operator(operation.Operator), left, right),
        };
    }

    private static Operator Operator(string text) => text switch
    {
        "+" => Evaluation.Operator.Add,
        "-" => Evaluation.Operator.Subtract,
        "*" => Evaluation.Operator.Multiply,
        "/" => Evaluation.Operator.Divide,
        "%" => Evaluation.Operator.Remainder,
        "==" => Evaluation.Operator.Equal,
        "!=" => Evaluation.Operator.NotEqual,
        "<" => Evaluation.Operator.Less,
        "<=" => Evaluation.Operator.LessOrEqual,
        ">" => Evaluation.Operator.Greater,
        _ => Evaluation.Operator.GreaterOrEqual,
    };

    private Node Assignment(Assignment assignment, Scope? scope, Room room)
    {
        var target = Node(assignment.Target, scope, room);
        var value = Node(assignment.Value, scope, room);
        switch (assignment.Operator)
        {
            case "|=": return new ModifyNode(target, value);
            case "=": return new AssignNode(target, value, (_, _, right) => right);
            case "//=": return new AssignNode(target, value, (_, old, right) => old.IsTruthy ? old : right);
            default:
                var operation = Operator(assignment.Operator[..^1]);
                return new AssignNode(target, value, (e, old, right) => Arithmetic.Apply(e, operation, old, right));
        }
    }

    private static Func<Evaluator, Json, string> Format(string name, Term at) =>
        Formats.Find(name) ?? throw Wrong($"{name} is not a valid format", at);

    private static T? Find<T>(Scope? scope, string name)
        where T : Symbol
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Symbol is T symbol && symbol.Name == name)
            {
                return symbol;
            }
        }

        return null;
    }

    private static JqSyntaxException Wrong(string message, Term at) => new(new JqSyntaxError(message, at.Position, at.Length));
}
