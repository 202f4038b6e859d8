using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>Whoever registers is told whether the address is taken; how often one may ask is limited, by source and by address.</summary>
public sealed class RegistrationLimitTests(RegistrationLimitTests.StrictServer server) : IClassFixture<RegistrationLimitTests.StrictServer>
{
    private const int PerSource = 24;

    public sealed class StrictServer : ServerUnderTest
    {
        protected override IReadOnlyDictionary<string, string> Settings { get; } =
            new Dictionary<string, string> { ["JARVIS_REGISTRATIONS"] = PerSource.ToString(CultureInfo.InvariantCulture) };
    }

    [Fact]
    public async Task an_address_and_a_source_are_turned_away_after_their_number_until_later_and_sign_in_goes_on()
    {
        var taken = NewEmail();
        (await Register(taken)).StatusCode.ShouldBe(HttpStatusCode.Created);
        for (var i = 1; i < Jarvis.Api.Accounts.SignInLimits.RegistrationsPerEmail; i++)
        {
            (await Register(taken)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        await ShouldBeLater(await Register(taken));

        // Another address may still register, until the source has asked too often.
        var asked = Jarvis.Api.Accounts.SignInLimits.RegistrationsPerEmail + 1;
        for (; asked < PerSource; asked++)
        {
            (await Register(NewEmail())).StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        await ShouldBeLater(await Register(NewEmail()));
        // Whether an address is known makes no difference now.
        await ShouldBeLater(await Register(taken));

        using var client = server.Anonymous();
        (await client.PostAsJsonAsync("/auth/login", new { email = taken, password = "correct horse battery" })).StatusCode.ShouldBe(HttpStatusCode.OK);

        server.Clock.Move(Jarvis.Api.Accounts.SignInLimits.GuessWindow);
        (await Register(NewEmail())).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static string NewEmail() => $"{Guid.NewGuid():N}@example.com";

    private static async Task ShouldBeLater(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("code").ShouldBe("auth.too_many_registrations");
    }

    private async Task<HttpResponseMessage> Register(string email)
    {
        using var client = server.Anonymous();
        return await client.PostAsJsonAsync("/auth/register", new { email, password = "correct horse battery" });
    }
}
