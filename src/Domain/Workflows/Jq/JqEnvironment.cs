using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq;

/// <summary>
/// What a program may learn of the world around it. The Domain has no clock, environment or input of its own, so that a
/// program that asks for one that is not given here is refused when it is compiled, by name.
/// </summary>
public sealed record JqEnvironment
{
    public static readonly JqEnvironment None = new();

    /// <summary><c>now</c>: the instant, asked for at each use.</summary>
    public Func<DateTimeOffset>? Now { get; init; }

    /// <summary><c>localtime</c>, <c>strflocaltime</c>: the zone that is local; UTC where none is given.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary><c>env</c> and <c>$ENV</c>.</summary>
    public JsonObject? Variables { get; init; }

    /// <summary><c>input</c> and <c>inputs</c>: the next value, null after the last.</summary>
    public Func<Json?>? NextInput { get; init; }

    /// <summary><c>input_filename</c>.</summary>
    public string? InputFilename { get; init; }

    /// <summary><c>debug</c> and <c>stderr</c>: receives the value; without it they pass their input on unseen.</summary>
    public Action<Json>? Debug { get; init; }
}
