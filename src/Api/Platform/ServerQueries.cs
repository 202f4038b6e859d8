using System.Reflection;
using GraphQL;
using Jarvis.Api.Platform.GraphQL;

namespace Jarvis.Api.Platform;

/// <summary>This server.</summary>
/// <param name="Version">Such as <c>0.1.0</c>.</param>
/// <param name="BuiltFrom">The revision of the source it was built from; null where that is not known.</param>
/// <param name="Now">Its clock, against which a screen reckons ages.</param>
/// <param name="IsDemo">Whether it shows a demonstration, whose people and past are made up.</param>
[Name("Server")]
public sealed record ServerInformation(string Version, string? BuiltFrom, DateTimeOffset Now, bool IsDemo)
{
    private static readonly string[] Parts =
        typeof(ServerInformation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    internal static ServerInformation Of(DateTimeOffset now, bool isDemo) => new(Parts[0], Parts.Length > 1 ? Parts[1] : null, now, isDemo);
}

/// <summary>What the server says of itself.</summary>
public sealed class ServerQueries
{
    public static ServerInformation Server(IResolveFieldContext context)
    {
        context.Caller();
        return ServerInformation.Of(context.Service<TimeProvider>().GetUtcNow(), context.Service<ServerConfiguration>().IsDemo);
    }
}
