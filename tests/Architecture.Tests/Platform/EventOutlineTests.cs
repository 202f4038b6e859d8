using System.Text.Json;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>An event that is read without its content says everything else as before.</summary>
public sealed class EventOutlineTests
{
    private static readonly string Samples = Path.Combine(Solution.Root, "tests", "Architecture.Tests", "Platform", "EventSamples");

    public static TheoryData<string> Names => [.. EventNames.All.Values.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_outline_of_every_event_is_the_event_with_its_content_erased(string name)
    {
        var stored = File.ReadAllText(Path.Combine(Samples, name + ".json"));
        var type = EventNames.TypeOf(name)!;
        var whole = JsonSerializer.Deserialize(stored, type, EventJson.Stored)!;
        var outline = JsonSerializer.Deserialize(stored, type, EventJson.Outline)!;

        Text(outline).ShouldBe(Text(Contents.Map(whole, content => content is null ? null! : new Content.Erased())));

        string Text(object @event) => JsonSerializer.Serialize(@event, type, EventJson.Stored);
    }

    [Fact]
    public void An_outline_is_never_written() =>
        Should.Throw<InvalidOperationException>(() => JsonSerializer.Serialize<Content>(new Content.Erased(), EventJson.Outline));
}
