using Bunit;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Microsoft.AspNetCore.Components;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>Pages are drawn once it is known in whose zone: days counted in two zones would not add up.</summary>
public sealed class SessionGateTests : ScreenTest
{
    private const string Viewer =
        """{"viewer":{"id":"01990000-0000-7000-8000-000000000001","email":"owner@example.test","displayName":null,"roles":["OWNER"],"timeZone":"Asia/Tokyo","sessionId":"01990000-0000-7000-8000-000000000002"}}""";

    private string zoneOfThePage = "";

    [Fact]
    public async Task a_page_is_drawn_in_the_persons_zone_from_the_first()
    {
        Server.On("Viewer", Viewer);
        await StartAsync();
        var gate = Gate();

        gate.WaitForAssertion(() => gate.Find("p").TextContent.ShouldBe("page"), TimeSpan.FromSeconds(30));
        zoneOfThePage.ShouldBe("Asia/Tokyo");
    }

    [Fact]
    public async Task a_server_that_does_not_tell_holds_up_nobody()
    {
        Server.IsAway = true;
        await StartAsync();
        var gate = Gate();

        gate.WaitForAssertion(() => gate.Find("p").TextContent.ShouldBe("page"), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task offline_the_zone_that_this_device_kept_rules()
    {
        Server.On("Viewer", Viewer);
        await StartAsync();
        await The<Me>().Look();
        The<Formats>().Zone = TimeZoneInfo.Utc;
        Server.IsAway = true;

        await The<Me>().Look();

        The<Formats>().Zone.Id.ShouldBe("Asia/Tokyo");
    }

    private IRenderedComponent<SessionGate> Gate() => Render<SessionGate>(gate => gate
        .Add(one => one.SignedOut, "<p>sign in</p>")
        .Add(one => one.ChildContent, (RenderFragment)(builder =>
        {
            zoneOfThePage = zoneOfThePage.Length > 0 ? zoneOfThePage : The<Formats>().Zone.Id;
            builder.AddMarkupContent(0, "<p>page</p>");
        })));
}
