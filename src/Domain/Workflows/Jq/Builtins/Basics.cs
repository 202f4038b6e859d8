using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Kinds, conversions, errors, paths.</summary>
internal static class Basics
{
    private static readonly JsonString[] Kinds =
        [new("null"), new("boolean"), new("boolean"), new("number"), new("string"), new("array"), new("object")];

    public static readonly Builtin[] Functions =
    [
        new("empty", 0, (_, _) => EmptyNode.Instance),
        BuiltinTable.Value("not", (_, input) => Json.Of(!input.IsTruthy)),
        BuiltinTable.Value("error", (_, input) => throw new JqException(input)),
        BuiltinTable.Value("error", (_, _, message) => throw new JqException(message)),
        BuiltinTable.Value("type", (_, input) => Kinds[(int)input.Kind]),
        BuiltinTable.Value("length", Length),
        BuiltinTable.Value("utf8bytelength", (e, input) =>
        {
            var text = input as JsonString ?? throw Evaluation.Values.Error(input, "only strings have UTF-8 byte length");
            e.Tick(text.Value.Length / 16);
            return JsonNumber.From(System.Text.Encoding.UTF8.GetByteCount(text.Value));
        }),
        BuiltinTable.Filter("arrays", v => v is JsonArray),
        BuiltinTable.Filter("objects", v => v is JsonObject),
        BuiltinTable.Filter("iterables", v => v is JsonArray or JsonObject),
        BuiltinTable.Filter("booleans", v => v is JsonBoolean),
        BuiltinTable.Filter("numbers", v => v is JsonNumber),
        BuiltinTable.Filter("normals", v => v is JsonNumber { Value: var n } && double.IsNormal(n)),
        BuiltinTable.Filter("finites", v => v is JsonNumber { Value: var n } && !double.IsInfinity(n)),
        BuiltinTable.Filter("strings", v => v is JsonString),
        BuiltinTable.Filter("nulls", v => v is JsonNull),
        BuiltinTable.Filter("values", v => v is not JsonNull),
        BuiltinTable.Filter("scalars", v => v is not (JsonArray or JsonObject)),
        BuiltinTable.Value("tojson", Text),
        BuiltinTable.Value("tostring", (e, input) => input is JsonString ? input : Text(e, input)),
        BuiltinTable.Value("fromjson", (e, input) =>
        {
            var text = input as JsonString ?? throw Evaluation.Values.Error(input, "only strings can be parsed");
            e.Tick(text.Value.Length / 16);
            e.Grow(text.Value.Length);
            return JsonReading.Parse(text.Value);
        }),
        BuiltinTable.Value("tonumber", (_, input) => input switch
        {
            JsonNumber => input,
            JsonString text when JsonReading.Number(text.Value) is { } number => number,
            _ => throw Evaluation.Values.Error(input, "cannot be parsed as a number"),
        }),
        BuiltinTable.Value("toboolean", (_, input) => input switch
        {
            JsonBoolean => input,
            JsonString { Value: "true" } => Json.True,
            JsonString { Value: "false" } => Json.False,
            _ => throw Evaluation.Values.Error(input, "cannot be parsed as a boolean"),
        }),
        BuiltinTable.Value("toarray", (_, input) => input is JsonArray ? input : JsonArray.Wrap([input])),
        BuiltinTable.Value("has", (_, input, key) => Json.Of(Evaluation.Values.Has(input, key))),
        BuiltinTable.Value("contains", (e, input, part) => Json.Of(Searching.Contains(e, input, part))),
        BuiltinTable.Value("inside", (e, input, whole) => Json.Of(Searching.Contains(e, whole, input))),
        BuiltinTable.Value("in", (_, input, whole) => Json.Of(Evaluation.Values.Has(whole, input))),
        new("path", 1, (arguments, _) => new PathNode(arguments[0])),
        new("getpath", 1, (arguments, _) => new GetPathNode(arguments[0])),
        BuiltinTable.Values("setpath", 2, (e, input, a) => PathOperations.Set(e, input, a[0], a[1])),
        BuiltinTable.Value("delpaths", PathOperations.Delete),
        new("del", 1, (arguments, _) => new DeleteNode(arguments[0])),
        new("pick", 1, (arguments, _) => new PickNode(arguments[0])),
        new("paths", 0, (_, _) => new PathsNode(null)),
        new("paths", 1, (arguments, _) => new PathsNode(arguments[0])),
        new("leaf_paths", 0, (_, _) => new PathsNode(new FilterNode(v => v is not (JsonArray or JsonObject)))),
        new("have_decnum", 0, (_, _) => new ConstantNode(Json.True)),
        new("have_literal_numbers", 0, (_, _) => new ConstantNode(Json.True)),
        new("input_line_number", 0, (_, _) => new ConstantNode(JsonNumber.From(0))),
    ];

    public static Json Length(Evaluator e, Json input)
    {
        switch (input)
        {
            case JsonArray array: return JsonNumber.From(array.Count);
            case JsonObject members: return JsonNumber.From(members.Count);
            case JsonString text:
                e.Tick(text.Value.Length / 64);
                return JsonNumber.From(Texts.Length(text.Value));
            case JsonNumber number: return number.Abs();
            case JsonNull: return JsonNumber.From(0);
            default: throw Evaluation.Values.Error(input, "has no length");
        }
    }

    private static JsonString Text(Evaluator e, Json input)
    {
        var text = input.ToString();
        e.Tick(text.Length / 16);
        e.Grow(text.Length);
        return new JsonString(text);
    }
}

/// <summary><c>getpath(f)</c>, a path itself.</summary>
internal sealed class GetPathNode : Node
{
    private readonly Node argument;

    public GetPathNode(Node argument)
    {
        this.argument = argument;
        Single = argument.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        argument.Eval(e, frame, input) is { } path ? PathOperations.Get(e, input, path) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : argument.Emit(e, frame, input, new DelegateSink(path => sink.Accept(PathOperations.Get(e, input, path))));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        argument.Emit(e, frame, input, new DelegateSink(keys =>
        {
            AtNode.MustBeWhole(path, input, keys);
            var value = PathOperations.Get(e, input, keys);
            var where = path;
            foreach (var key in ((JsonArray)keys).Span)
            {
                where = where.Then(key);
            }

            return sink.Accept(where, value);
        }));
}

/// <summary><c>del(f)</c></summary>
internal sealed class DeleteNode : Node
{
    private readonly Node target;

    public DeleteNode(Node target)
    {
        this.target = target;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var paths = new JsonArrayBuilder();
        PathNode.All(e, target, frame, input, path => paths.Add(path.ToJson()));
        return paths.Count == 0 ? input : PathOperations.Delete(e, input, paths.ToArray());
    }
}

/// <summary><c>pick(f)</c></summary>
internal sealed class PickNode : Node
{
    private readonly Node target;

    public PickNode(Node target)
    {
        this.target = target;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var picked = Json.Null;
        PathNode.All(e, target, frame, input, path =>
        {
            var keys = path.ToJson();
            var value = PathOperations.Get(e, input, keys);
            picked = PathOperations.Replace(e, picked, keys.Span, _ => value);
        });
        return picked;
    }
}

/// <summary><c>paths</c>, <c>paths(f)</c>: those of everything inside, or of what passes the filter.</summary>
internal sealed class PathsNode(Node? filter) : Node
{
    private static readonly RecurseNode Everything = new(new EachNode(IdentityNode.Instance, optional: true), null);

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        Everything.Paths(e, frame, Trail.Root, input, new DelegatePathSink((path, value) =>
        {
            e.Tick();
            if (filter is not null)
            {
                return filter.Emit(e, frame, value, new DelegateSink(keep => !keep.IsTruthy || path.Length == 0 || Accept(e, path, sink)));
            }

            return path.Length == 0 || Accept(e, path, sink);
        }));

    private static bool Accept(Evaluator e, Trail path, Sink sink)
    {
        e.Grow(path.Length);
        return sink.Accept(path.ToJson());
    }
}
