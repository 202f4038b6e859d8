using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>path(f)</c></summary>
internal sealed class PathNode(Node body) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        Each(e, body, frame, input, path => sink.Accept(path.ToJson()));

    /// <summary>Every path of a part, each of a value that lies in the input.</summary>
    public static bool Each(Evaluator e, Node body, Frame frame, Json input, Func<Trail, bool> then) =>
        body.Paths(e, frame, Trail.Root, input, new DelegatePathSink((path, value) =>
        {
            if (ReferenceEquals(path, Trail.Broken))
            {
                throw Values.Error($"Invalid path expression with result {Values.Shown(value)}");
            }

            e.Tick();
            e.Grow(path.Length);
            return then(path);
        }));

    public static void All(Evaluator e, Node body, Frame frame, Json input, Action<Trail> then) =>
        Must(e, Each(e, body, frame, input, path =>
        {
            then(path);
            return true;
        }));
}

/// <summary><c>target = value</c>, and the updates that first compute a value: <c>+=</c>, <c>//=</c> and their like.</summary>
internal sealed class AssignNode : Node
{
    private readonly Node target;
    private readonly Node value;
    private readonly Func<Evaluator, Json, Json, Json> combine;

    public AssignNode(Node target, Node value, Func<Evaluator, Json, Json, Json> combine)
    {
        this.target = target;
        this.value = value;
        this.combine = combine;
        Single = value.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        value.Eval(e, frame, input) is { } right ? Apply(e, frame, input, right) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : value.Emit(e, frame, input, new DelegateSink(right => sink.Accept(Apply(e, frame, input, right))));

    private Json Apply(Evaluator e, Frame frame, Json input, Json right)
    {
        if (target.CanUpdate)
        {
            return target.Update(e, frame, input, new DelegateUpdater(old => combine(e, old, right))) ?? Json.Null;
        }

        var state = input;
        PathNode.All(e, target, frame, input, path => state = PathOperations.Replace(e, state, path.ToJson().Span, old => combine(e, old, right)));
        return state;
    }
}

/// <summary><c>target |= update</c>: the first value of the update takes the place; without one the place is deleted, at the end.</summary>
internal sealed class ModifyNode : Node
{
    private readonly Node target;
    private readonly Node update;

    public ModifyNode(Node target, Node update)
    {
        this.target = target;
        this.update = update;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        if (target.CanUpdate)
        {
            return target.Update(e, frame, input, new DelegateUpdater(old => FirstSink.Of(e, update, frame, old))) ?? Json.Null;
        }

        var state = input;
        var gone = new JsonArrayBuilder();
        PathNode.All(e, target, frame, input, path =>
        {
            var keys = path.ToJson();
            var old = PathOperations.Get(e, state, keys);
            if (FirstSink.Of(e, update, frame, old) is { } replaced)
            {
                state = PathOperations.Replace(e, state, keys.Span, _ => replaced);
            }
            else
            {
                gone.Add(keys);
            }
        });
        return gone.Count == 0 ? state : PathOperations.Delete(e, state, gone.ToArray());
    }
}
