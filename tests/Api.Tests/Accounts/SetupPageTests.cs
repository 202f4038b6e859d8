using System.Net;
using Jarvis.Api.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>The page of the first administrator says its "no" in the language that the browser asks for.</summary>
public sealed class SetupPageTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Email = "first@example.org";
    private const string Password = "long enough to be one";

    [Theory]
    [InlineData("no address", Password, "zh-CN,zh", "这不是邮箱地址。")]
    [InlineData("no address", Password, "en-GB", "This is not an e-mail address.")]
    [InlineData(Email, "short", "zh-CN,zh", "密码要有")]
    [InlineData(Email, "short", "en-GB", "A password has")]
    [InlineData(Email, Password, "zh-CN,zh", "设置链接无效")]
    [InlineData(Email, Password, "en-GB", "The set-up token is not valid")]
    public async Task a_refusal_follows_the_language(string email, string password, string language, string said)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/setup")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = email, ["password"] = password, ["token"] = "of another start" }),
        };
        request.Headers.Add("Accept-Language", language);

        using var answer = await server.Anonymous().SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain($"<p role=\"alert\">{said}");
    }
}
