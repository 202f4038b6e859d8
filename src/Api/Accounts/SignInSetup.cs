using Jarvis.Api.Platform;
using Microsoft.AspNetCore.Authentication;

namespace Jarvis.Api.Accounts;

/// <summary>Signing in: its keys, sessions, and who a request is.</summary>
public static class SignInSetup
{
    public static void AddSignIn(this IServiceCollection services, ServerConfiguration configuration)
    {
        services.AddSingleton(_ => TokenKeys.Open(configuration.DataFolder));
        services.AddSingleton<RevokedSessions>();
        services.AddHostedService(provider => provider.GetRequiredService<RevokedSessions>());
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<Tickets>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<PasswordGuesses>();
        services.AddAuthentication(BearerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null);
        services.AddAuthorization();
    }
}
