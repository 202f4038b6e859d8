using System.Collections.Immutable;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>How many of its filters a listener waits for.</summary>
public enum EventQuorum { One, Any, All }

/// <summary>What of an event is read: its data, the whole event, or its data as it came.</summary>
public enum EventPart { Data, Envelope, Raw }

/// <summary>Which events are waited for (dsl-reference.md, "Event Consumption Strategy").</summary>
/// <param name="Filters">None: every event.</param>
/// <param name="Until">Of <see cref="EventQuorum.Any"/>: ends the listening, evaluated on the list of what was consumed.</param>
/// <param name="UntilConsumed">Of <see cref="EventQuorum.Any"/>: ends the listening once it is satisfied.</param>
public sealed record EventStrategy(EventQuorum Quorum, ImmutableArray<EventFilter> Filters, Expression? Until, EventStrategy? UntilConsumed);

/// <param name="With">Attributes and what they must be.</param>
public sealed record EventFilter(ImmutableArray<(string Name, Template Value)> With, ImmutableArray<EventCorrelation> Correlate);

/// <param name="From">Gives the correlation's value, evaluated on the event.</param>
/// <param name="Expect">What it must be; null for what the first event gave.</param>
public sealed record EventCorrelation(string Name, Expression From, Template? Expect);

/// <summary>What is done with each event (dsl-reference.md, "Subscription Iterator").</summary>
public sealed record EventIterator(string Item, string At, TaskList? Do, DataStep Output, DataStep Export);
