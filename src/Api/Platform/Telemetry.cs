using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jarvis.Api.Platform;

/// <summary>The names under which the server traces and measures itself.</summary>
public static class Telemetry
{
    public const string Name = "Jarvis";

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Meter Meter = new(Name);

    public static readonly UpDownCounter<long> Sockets = Meter.CreateUpDownCounter<long>("jarvis.graphql.sockets", "{socket}", "Open GraphQL sockets");

    public static readonly UpDownCounter<long> Subscribers = Meter.CreateUpDownCounter<long>("jarvis.subscribers", "{subscriber}", "Live subscriptions");

    public static readonly Counter<long> SlowClients = Meter.CreateCounter<long>("jarvis.graphql.slow_clients", "{socket}", "Sockets closed because their client took nothing");
}
