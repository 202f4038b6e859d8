using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary><c>sub</c> and <c>gsub</c>: the replacement sees the named captures; each of its values makes a result of its own.</summary>
internal sealed class SubstituteNode : Node
{
    private readonly Node expression;
    private readonly Node replacement;
    private readonly Node flags;
    private readonly bool everywhere;

    public SubstituteNode(Node expression, Node replacement, Node flags, bool everywhere)
    {
        this.expression = expression;
        this.replacement = replacement;
        this.flags = flags;
        this.everywhere = everywhere;
        Single = expression.Single && replacement.Single && flags.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var first = new FirstSink(e);
        if (!Combine(e, frame, input, first))
        {
            e.StopTarget = null;
        }

        return first.Value;
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Combine(e, frame, input, sink);

    private bool Combine(Evaluator e, Frame frame, Json input, Sink sink) =>
        ValuesNode.Combine(e, frame, input, [expression, flags], firstIsSlowest: true, v => Substitute(e, frame, input, v[0], v[1], sink));

    private bool Substitute(Evaluator e, Frame frame, Json input, Json pattern, Json options, Sink sink)
    {
        var text = input as JsonString ?? throw Values.Error(input, "cannot be matched, as it is not a string");
        var results = new List<Sum>();
        var from = 0;
        foreach (var match in Regexes.Matches(e, text.Value, pattern, options, everywhere))
        {
            var gap = new JsonString(text.Value[from..match.Index]);
            var inserts = ArrayNode.Collect(e, replacement, frame, Regexes.Captures(match));
            for (var i = 0; i < inserts.Count; i++)
            {
                if (i == results.Count)
                {
                    results.Add(new Sum(e));
                }

                if (inserts[i] is not JsonString)
                {
                    throw Values.Error(gap, inserts[i], "cannot be added");
                }

                results[i].Add(gap);
                results[i].Add(inserts[i]);
            }

            from = match.Index + match.Length;
        }

        if (results.Count == 0)
        {
            return sink.Accept(text);
        }

        var rest = new JsonString(text.Value[from..]);
        foreach (var result in results)
        {
            result.Add(rest);
            if (!sink.Accept(result.Total))
            {
                return false;
            }
        }

        return true;
    }
}
