using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq;

/// <summary>A mistake in the text of a program. Position and length count UTF-16 units from the start of the source.</summary>
public sealed record JqSyntaxError(string Message, int Position, int Length);

/// <summary>The source is not a jq program: a syntax error, or a function, variable or label that does not exist.</summary>
public sealed class JqSyntaxException(JqSyntaxError error) : Exception(error.Message)
{
    public JqSyntaxError Error => error;

    /// <summary>Where the mistake begins, in UTF-16 units from the start of the source.</summary>
    public int Position => error.Position;

    public int Length => error.Length;
}

/// <summary>An error raised by a program and not caught in it. <see cref="Value"/> is what jq's <c>catch</c> would receive.</summary>
public sealed class JqException(Json value) : Exception
{
    public Json Value => value;

    public override string Message => value is JsonString text ? text.Value : $"(not a string): {value}";
}

/// <summary>What a program may use up; each is one of <see cref="JqLimits"/>, or the text of a regular expression taking too long.</summary>
public enum JqLimit
{
    Steps,
    Depth,
    OutputSize,
    Matching,
}

/// <summary>The program asked for more than it may use. Not catchable by <c>try</c>.</summary>
public sealed class JqLimitException(JqLimit limit, string message) : Exception(message)
{
    public JqLimit Limit => limit;
}
