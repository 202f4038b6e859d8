using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>What comes from outside: each is there only where the environment gives it.</summary>
internal static class World
{
    public static readonly Builtin[] Functions =
    [
        new("now", 0, (_, world) => world.Now is { } now
            ? new ValueNode((_, _) => JsonNumber.From((now() - DateTimeOffset.UnixEpoch).TotalSeconds))
            : null),
        new("env", 0, (_, world) => world.Variables is { } variables ? new ConstantNode(variables) : null),
        new("input", 0, (_, world) => world.NextInput is { } next
            ? new ValueNode((_, _) => next() ?? throw new JqException("break"))
            : null),
        new("input_filename", 0, (_, world) => world.InputFilename is { } name ? new ConstantNode(name) : null),
        new("debug", 0, (_, world) => Seen(world)),
        new("stderr", 0, (_, world) => Seen(world)),
        new("localtime", 0, (_, world) => new ValueNode((_, input) => Dates.Broken(input, "localtime", world.Zone ?? TimeZoneInfo.Utc))),
        new("strflocaltime", 1, (arguments, world) => new ValueNode1(
            arguments[0], (e, input, format) => Dates.Format(e, input, format, "strflocaltime", world.Zone ?? TimeZoneInfo.Utc))),
    ];

    private static ValueNode Seen(JqEnvironment world) => new((_, input) =>
    {
        world.Debug?.Invoke(input);
        return input;
    });
}
