using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>reduce source as $name (start; update)</c>: an update without a value leaves null, one with several its last.</summary>
internal sealed class ReduceNode : Node
{
    private readonly Node source;
    private readonly Binding binding;
    private readonly Node start;
    private readonly Node update;

    public ReduceNode(Node source, Binding binding, Node start, Node update)
    {
        this.source = source;
        this.binding = binding;
        this.start = start;
        this.update = update;
        Single = start.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        start.Eval(e, frame, input) is { } state ? Fold(e, frame, input, state) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : start.Emit(e, frame, input, new DelegateSink(state => sink.Accept(Fold(e, frame, input, state))));

    private Json Fold(Evaluator e, Frame frame, Json input, Json state)
    {
        var folder = new Folder(this, e, frame, input) { State = state };
        Must(e, source.Emit(e, frame, input, folder));
        return folder.State;
    }

    private sealed class Folder(ReduceNode node, Evaluator e, Frame frame, Json input) : Sink
    {
        public Json State { get; set; } = Json.Null;

        public override bool Accept(Json value)
        {
            e.Tick();
            if (node.binding.Single)
            {
                node.binding.Set(e, frame, input, value);
                return Step();
            }

            return node.binding.Each(e, frame, input, value, Step);
        }

        private bool Step()
        {
            var before = State;
            State = Json.Null;
            if (node.update.Single)
            {
                State = node.update.Eval(e, frame, before) ?? Json.Null;
                return true;
            }

            return node.update.Emit(e, frame, before, new DelegateSink(after =>
            {
                State = after;
                return true;
            }));
        }
    }
}

/// <summary><c>foreach source as $name (start; update; extract)</c></summary>
internal sealed class ForeachNode(Node source, Binding binding, Node start, Node update, Node? extract) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        start.Emit(e, frame, input, new DelegateSink(state =>
        {
            var guard = false;
            var step = new DelegateSink(after =>
            {
                state = after;
                guard = true;
                var more = extract is null ? sink.Accept(after) : extract.Emit(e, frame, after, sink);
                guard = false;
                return more;
            });
            return source.Emit(e, frame, input, new DelegateSink(value =>
            {
                e.Tick();
                if (binding.Single)
                {
                    binding.Set(e, frame, input, value);
                    return update.Emit(e, frame, state, step);
                }

                return binding.Each(e, frame, input, value, () => update.Emit(e, frame, state, step), () => guard);
            }));
        }));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        start.Paths(e, frame, path, input, new DelegatePathSink((where, state) => source.Emit(e, frame, input, new DelegateSink(value =>
            binding.Each(e, frame, input, value, () => update.Paths(e, frame, where, state, new DelegatePathSink((there, after) =>
            {
                where = there;
                state = after;
                return extract is null ? sink.Accept(there, after) : extract.Paths(e, frame, there, after, sink);
            })))))));
}
