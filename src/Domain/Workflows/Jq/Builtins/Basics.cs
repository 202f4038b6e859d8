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
