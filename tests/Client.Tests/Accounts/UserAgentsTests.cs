using Jarvis.Mobile.Accounts;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>Sessions are named for people.</summary>
public sealed class UserAgentsTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari · iPhone")]
    [InlineData("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat · Android")]
    [InlineData("curl/8.5.0", "curl")]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public void a_browser_and_its_system_are_told_in_short(string? userAgent, string? name) => UserAgents.Short(userAgent).ShouldBe(name);
}
