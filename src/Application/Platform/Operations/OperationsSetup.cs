using Jarvis.Domain.Platform;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Platform.Operations;

/// <summary>What administrators do to the system: a stream for each act.</summary>
public static class OperationsSetup
{
    public static void SetUpOperations(this StoreOptions options) => options.Projections.Add(new OperationFold(), ProjectionLifecycle.Live);
}

public sealed class OperationFold() : Fold<Operation>(Operation.Evolve);
