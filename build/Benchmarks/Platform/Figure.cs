namespace Jarvis.Benchmarks.Platform;

/// <summary>One measured thing of the goals; some give more than one row.</summary>
internal interface IFigure
{
    /// <summary>Its number among the goals, such as <c>P1</c>.</summary>
    string Name { get; }

    /// <summary>What is done, in a few words.</summary>
    string Work { get; }

    Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation);
}

/// <summary>Whether a high or a low ratio is the good one.</summary>
internal enum Better { Higher, Lower }

/// <summary>What must be shown: <paramref name="First"/> by the first version, <paramref name="Goal"/> in the end.</summary>
internal sealed record Target(double First, double Goal, Better Better)
{
    public string Judge(double ratio) =>
        Reaches(ratio, Goal) ? "goal" : Reaches(ratio, First) ? "first" : "no";

    private bool Reaches(double ratio, double wanted) => Better == Better.Higher ? ratio >= wanted : ratio <= wanted;
}

/// <summary>One line of the table.</summary>
/// <param name="Ours">Median of the rounds, in <paramref name="Unit"/>.</param>
/// <param name="Peer">The same of the limit or peer; null where the goal is an absolute number, which then stands as the ratio.</param>
/// <param name="Ratio">Median of the rounds' own ratios.</param>
/// <param name="Limit">What holds it back, found by a profiler; shown while the goal is not reached.</param>
/// <param name="Notes">How it was measured this time: events per step, what stood in for a peer.</param>
internal sealed record Row(
    string Figure, string Work, double Ours, double? Peer, string Unit, string PeerName, double Ratio, Target? Target, string? Limit = null, string? Notes = null)
{
    /// <summary>Lowest and highest ratio among the rounds.</summary>
    public (double Low, double High)? Spread { get; init; }

    public bool HasFailed { get; private init; }

    public string Met => HasFailed ? "failed" : Target?.Judge(Ratio) ?? "";

    public static Row Failed(IFigure figure, string why) =>
        new(figure.Name, figure.Work, 0, null, "", "", 0, null, null, why) { HasFailed = true };
}

/// <summary>One round: ours, and the peer right before or after it.</summary>
internal readonly record struct Pair(double Ours, double Peer)
{
    public double Ratio => Ours / Peer;
}
