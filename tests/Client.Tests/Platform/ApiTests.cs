using System.Net;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Asking over HTTP: tokens, refusals, and what stands in while nothing answers.</summary>
public sealed class ApiTests : ScreenTest
{
    private const string Somebody = """{"viewer":{"id":"01a2068b-a3f9-71a5-92b0-ca88d4a5af18","email":"owner@example.test","displayName":"Olivia","roles":["owner"],"timeZone":"Asia/Shanghai","sessionId":"01a2068b-a3f9-71a5-92b0-ca88d4a5af18"}}""";

    [Fact]
    public async Task a_token_that_is_not_taken_is_refreshed_and_the_question_asked_again()
    {
        Server.GoodTokens = ["access-2"];
        Server.On("Viewer", Somebody).On("/auth/refresh", _ => (HttpStatusCode.OK, """{"accessToken":"access-2","refreshToken":"refresh-2","expiresIn":600}"""));
        await StartAsync();

        var answer = await The<Api>().Ask(new ViewerQuery());

        answer.Data.Viewer.DisplayName.ShouldBe("Olivia");
        Server.AskedOf("/auth/refresh").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task an_answer_is_read_however_deep_the_data_in_it_nest()
    {
        Server.On("Viewer", Somebody[..^1] + $",\"data\":{new string('[', 480)}{new string(']', 480)}}}");
        await StartAsync();
        (await The<Api>().Ask(new ViewerQuery())).Data.Viewer.DisplayName.ShouldBe("Olivia");
        JsonText.Parse(new string('[', 480) + new string(']', 480)).ShouldNotBeNull();
    }

    [Fact]
    public async Task the_last_answer_stands_in_with_its_age_while_nothing_answers()
    {
        Server.On("Viewer", Somebody);
        await StartAsync();
        await The<Api>().Ask(new ViewerQuery());
        Clock.Advance(TimeSpan.FromMinutes(3));
        Server.IsAway = true;

        var answer = await The<Api>().Ask(new ViewerQuery());

        answer.KeptAt.ShouldBe(Clock.GetUtcNow().AddMinutes(-3));
        The<Link>().Reach.ShouldBe(Reach.ServerAway);
        The<Link>().DataAsOf.ShouldBe(answer.KeptAt);
    }

    [Fact]
    public async Task what_was_kept_after_the_person_did_something_is_found_by_an_app_that_has_forgotten_that()
    {
        Server.On("Runs", Runs.Samples.Runs());
        await StartAsync();
        await The<Api>().Ask(Listed(new Position(7)));
        Server.IsAway = true;

        (await The<Api>().Ask(Listed(null))).KeptAt.ShouldNotBeNull();
        // Another question is another one.
        await Should.ThrowAsync<UnreachableException>(() => The<Api>().Ask(new RunsQuery { First = 21, Order = RunOrder.Newest, Filter = new RunFilter() }));

        static RunsQuery Listed(Position? atLeast) => new() { First = 20, Order = RunOrder.Newest, Filter = new RunFilter(), AtLeast = atLeast };
    }

    [Fact]
    public async Task nothing_kept_is_said_to_be_unreachable()
    {
        Browser.Go(online: false);
        await StartAsync();

        await Should.ThrowAsync<UnreachableException>(() => The<Api>().Ask(new ViewerQuery()));
        The<Link>().Reach.ShouldBe(Reach.DeviceOffline);
    }

    [Fact]
    public async Task a_refusal_carries_its_code()
    {
        Server.Refuse("Viewer", "auth.forbidden");
        await StartAsync();

        (await Should.ThrowAsync<RefusedException>(() => The<Api>().Ask(new ViewerQuery()))).Code.ShouldBe("auth.forbidden");
    }

    [Fact]
    public async Task a_part_that_is_missing_is_told_and_the_answer_is_not_kept()
    {
        Server.On("Viewer", _ => (HttpStatusCode.OK, "{\"data\":" + Somebody + ",\"errors\":[{\"message\":\"no\",\"path\":[\"viewer\",\"email\"],\"extensions\":{\"code\":\"server.error\"}}]}"));
        await StartAsync();

        var answer = await The<Api>().Ask(new ViewerQuery());

        answer.Refusals.ShouldHaveSingleItem().Path.ShouldBe("viewer.email");
        Browser.Shared.Kept.Keys.ShouldNotContain(key => key.Store == Stores.Answers);
    }
}
