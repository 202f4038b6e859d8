using System.Net;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Domain.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

public sealed class ObservingTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task the_server_is_ready_once_its_views_are_folded() =>
        (await Eventually.Be(async () => await (await server.Anonymous().GetAsync("/health/ready")).Content.ReadAsStringAsync(), body => body.Contains("healthy", StringComparison.Ordinal)))
            .ShouldContain("\"views\":{\"status\":\"healthy\"");

    [Fact]
    public async Task metrics_answer_this_machine_or_an_administrator_and_nobody_else()
    {
        // The test host gives requests no address, as a proxy's would have a foreign one.
        (await server.Anonymous().GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var person = await Person.Register(server);
        (await person.Client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var administrator = server.Anonymous();
        var token = await server.Services.GetRequiredService<Sessions>().Begin(Guid.CreateVersion7(), AccountRole.Administrator, null, CancellationToken.None);
        administrator.DefaultRequestHeaders.Authorization = new("Bearer", token.AccessToken);
        var metrics = await Eventually.Be(() => administrator.GetStringAsync("/metrics"), text => text.Contains("jarvis_daemon_lag", StringComparison.Ordinal));
        metrics.ShouldContain("jarvis_daemon_lag_time");
        metrics.ShouldContain("jarvis_daemon_late");
        metrics.ShouldContain("jarvis_deadletters");
        metrics.ShouldNotContain(person.Email);
    }

    [Fact]
    public async Task the_rest_addresses_are_described_with_the_runners_protocol()
    {
        var document = await server.Anonymous().GetStringAsync("/openapi/v1.json");
        foreach (var path in (string[])["/auth/login", "/runner/v1/events", "/runner/v1/pair", "/audit/streams/{id}"])
        {
            document.ShouldContain($"\"{path}\"");
        }
    }
}
