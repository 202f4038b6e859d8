using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>Several paired runners of the bench's owner.</summary>
internal sealed class Crew : IAsyncDisposable
{
    private Crew(IReadOnlyList<LoadRunner> runners) => Runners = runners;

    public IReadOnlyList<LoadRunner> Runners { get; }

    public static async Task<Crew> PairAsync(JarvisServer server, int count, CancellationToken cancellation)
    {
        var owner = await server.SignInAsync(cancellation);
        List<LoadRunner> runners = [];
        for (var i = 0; i < count; i++)
        {
            runners.Add(await LoadRunner.PairAsync(server, owner, $"bench {i + 1}", cancellation));
        }

        return new Crew(runners);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in Runners)
        {
            await runner.DisposeAsync();
        }
    }
}
