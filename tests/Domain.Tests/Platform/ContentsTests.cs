using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Platform;

public sealed class ContentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void contents_are_found_wherever_they_stand_and_the_rest_is_kept()
    {
        var @event = new ExecutionStarted(
            "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), Now, Content.Of("in"), new LocalDefinition("ab", Content.Of("text")), null);

        Contents.Of(@event).Select(content => content.Reveal()!.ToString()).ShouldBe(["\"in\"", "\"text\""]);
        var erased = (ExecutionStarted)Contents.Map(@event, _ => new Content.Erased());
        erased.Input.ShouldBeOfType<Content.Erased>();
        erased.Local!.Definition.ShouldBeOfType<Content.Erased>();
        (erased with { Input = @event.Input, Local = @event.Local }).ShouldBe(@event);
    }

    [Fact]
    public void what_is_absent_stays_absent()
    {
        var @event = new ExecutionTaskFaulted("/do/0/a", "/do/0/a", Now, new FaultError("type", 500, null, null));
        Contents.Map(@event, _ => throw new InvalidOperationException("nothing to map")).ShouldBe(@event);
    }

    [Fact]
    public void every_event_that_declares_content_has_it_found()
    {
        foreach (var type in EventNames.All.Keys)
        {
            var declares = Declares(type, 0);
            var sample = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            var isMapped = !ReferenceEquals(Contents.Map(sample, content => content), sample);
            isMapped.ShouldBe(declares, type.Name);
        }
    }

    [Fact]
    public void companion_streams_have_ids_that_lead_back()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
        var execution = StreamIds.Execution(run);
        execution.ShouldNotBe(run);
        execution.Version.ShouldBe(8);
        StreamIds.RunOf(execution).ShouldBe(run);
        StreamIds.IsMain(run).ShouldBeTrue();
        StreamIds.IsMain(execution).ShouldBeFalse();
        StreamIds.IsMain(Guid.Parse("11111111-1111-4111-8111-111111111111")).ShouldBeFalse();
    }

    private static bool Declares(Type type, int depth) =>
        depth < 4 && type.GetProperties().Any(property =>
            property.PropertyType == typeof(Content)
            || (property.PropertyType is { IsClass: true, Namespace: { } space } && space.StartsWith("Jarvis.Domain", StringComparison.Ordinal) && Declares(property.PropertyType, depth + 1)));
}
