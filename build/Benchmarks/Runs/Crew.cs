using System.Runtime.CompilerServices;
using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// Paired runners of the bench's owner, shared by all figures: the server lets a person try only so many pairing codes a minute.
/// They are gone with the server that they are paired with.
/// </summary>
internal static class Crew
{
    private static readonly ConditionalWeakTable<JarvisServer, List<LoadRunner>> Known = [];

    public static async Task<IReadOnlyList<LoadRunner>> OfAsync(JarvisServer server, int count, CancellationToken cancellation)
    {
        var runners = Known.GetOrCreateValue(server);
        var owner = await server.SignInAsync(cancellation);
        while (runners.Count < count)
        {
            runners.Add(await LoadRunner.PairAsync(server, owner, $"bench {runners.Count + 1}", cancellation));
        }

        return runners[..count];
    }
}
