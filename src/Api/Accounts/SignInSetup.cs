using Jarvis.Application.Platform;
using Jarvis.Api.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Jarvis.Api.Accounts;

/// <summary>Signing in: keys, sessions, and the rule that everything needs a token unless it says otherwise.</summary>
public static class SignInSetup
{
    /// <summary>Administrators only; a device's token is none of theirs.</summary>
    public const string AdministratorPolicy = "administrator";

    /// <summary>People only: a runner's token speaks for its device, at the runner's own addresses.</summary>
    public const string PersonPolicy = "person";

    public static void AddSignIn(this IServiceCollection services, ServerConfiguration configuration)
    {
        services.AddSingleton(_ => TokenKeys.Open(configuration.DataFolder));
        services.AddSingleton<RevokedSessions>();
        services.AddHostedService(provider => provider.GetRequiredService<RevokedSessions>());
        services.AddSingleton<SessionActivity>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionActivity>());
        services.AddSingleton<SignedInFrom>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Sessions>();
        services.AddHostedService<SessionSweep>();
        services.AddSingleton<PasswordGuesses>();
        services.AddSingleton<RegistrationLimit>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Tickets>();
        services.AddSingleton<Registration>();
        services.AddSingleton<PasswordChanges>();
        // The core alone: what else comes with signing in by cookie makes keys of its own at every first start, which nothing here uses.
        services.AddAuthenticationCore(options => options.DefaultScheme = BearerAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder()
                // Where there is no such address, or not by that method, there is nothing to guard: the answer is 404 or 405.
                .RequireAssertion(context => context.User.Identity is CallerIdentity || context.Resource is HttpContext request && request.GetEndpoint() is not RouteEndpoint)
                .Build())
            .AddPolicy(PersonPolicy, policy => policy.RequireAssertion(context => context.User.Identity is CallerIdentity { Caller.DeviceId: null }))
            .AddPolicy(AdministratorPolicy, policy => policy.RequireAssertion(context =>
                context.User.Identity is CallerIdentity { Caller: { IsAdministrator: true, DeviceId: null } }));
    }
}

/// <summary>Forgets what signing in no longer needs, now and then.</summary>
public sealed class SessionSweep(Sessions sessions, ILogger<SessionSweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sessions.Forget(stoppingToken);
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                log.LogWarning("Old sessions could not be forgotten: {Reason}", e.Message);
            }
        }
    }
}
