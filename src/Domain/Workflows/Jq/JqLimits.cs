namespace Jarvis.Domain.Workflows.Jq;

/// <summary>What one evaluation may use.</summary>
/// <param name="Steps">Loop turns, calls and values handed on, counted together.</param>
/// <param name="Depth">Calls of functions nested in each other, in levels; a call in tail position does not nest.</param>
/// <param name="OutputSize">Characters and elements of all strings, arrays and objects built on the way, counted together.</param>
public sealed record JqLimits(long Steps = 50_000_000, int Depth = 10_000, long OutputSize = 256_000_000)
{
    public static readonly JqLimits Default = new();
}
