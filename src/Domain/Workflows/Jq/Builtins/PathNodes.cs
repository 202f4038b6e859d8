using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

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
