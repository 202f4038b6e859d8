using Jarvis.Api.Tests.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>A cursor is of one list in one order.</summary>
public sealed class CursorTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Theory]
    [InlineData("runs", "runs(order: OLDEST)")]
    [InlineData("runs(order: LONGEST)", "runs")]
    [InlineData("runs", "devices")]
    [InlineData("devices", "runs")]
    [InlineData("devices", "accounts")]
    [InlineData("workflows", "workflows(order: NAME)")]
    [InlineData("workflows", "runs(order: LONGEST)")]
    public async Task one_of_another_list_or_order_is_refused(string from, string other)
    {
        await using var runs = await RunsOfAPerson.Make(server);
        await runs.Begin();
        var cursor = (await Eventually.Be(
            () => runs.Person.Client.Ask($"{{ list: {from} {{ edges {{ cursor }} }} }}"), data => data.At("list", "edges").GetArrayLength() > 0)).Text("list", "edges", 0, "cursor")!;

        (await runs.Person.Client.AskRefused($"{{ list: {After(other, cursor)} {{ nodes {{ id }} }} }}")).ShouldBe("page.invalid");

        // The twin: where it comes from it is a place.
        await runs.Person.Client.Ask($"{{ list: {After(from, cursor)} {{ nodes {{ id }} }} }}");
    }

    private static string After(string list, string cursor) => list.EndsWith(')') ? $"{list[..^1]}, after: \"{cursor}\")" : $"{list}(after: \"{cursor}\")";
}
