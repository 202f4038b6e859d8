using Xunit;

namespace Jarvis.Cli.Tests.Platform;

/// <summary>What the tests of every verb that asks the server stand on: a command line with a home of its own, and a server to answer it.</summary>
public abstract class VerbTests : IAsyncLifetime
{
    /// <summary>A run, or whatever else has an id.</summary>
    private protected const string RunId = "019a0000-0000-7000-8000-000000000001";

    private protected readonly SimulatedApi api = new();
    private protected readonly CommandLineUnderTest jarvis = new();

    public async ValueTask InitializeAsync() => await api.Start();

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        jarvis.Dispose();
        GC.SuppressFinalize(this);
    }
}
