using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Accounts;

/// <summary>People: one stream per account.</summary>
public static class AccountsSetup
{
    public static void SetUpAccounts(this StoreOptions options) => options.Projections.Add(new AccountFold(), ProjectionLifecycle.Live);
}

public sealed class AccountFold() : Fold<Account>(Account.Evolve);
