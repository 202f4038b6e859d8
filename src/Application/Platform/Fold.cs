using JasperFx.Events;
using Marten.Events.Aggregation;

namespace Jarvis.Application.Platform;

/// <summary>Lets the store fold an aggregate with the Domain's own <c>Evolve</c>; live only, nothing is stored.</summary>
public abstract class Fold<T>(Func<T?, object, T?> evolve) : SingleStreamProjection<T, Guid>
    where T : class
{
    public override T? Evolve(T? snapshot, Guid id, IEvent e) => evolve(snapshot, e.Data);
}
