using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>
/// What is stored must stay readable: every event has one pinned, unique, versioned name, and a sample of its stored
/// form that still deserialises and comes back the same.
/// </summary>
public sealed partial class EventNameTests
{
    private static readonly string Samples = Path.Combine(Solution.Root, "tests", "Architecture.Tests", "Platform", "EventSamples");

    public static TheoryData<string> Names => [.. EventNames.All.Values.Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_event_name_is_unique_and_carries_its_version() =>
        Badly_named(NamedTypes(typeof(EventNames).Assembly)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_stored_sample_of_every_event_still_reads(string name)
    {
        var file = Path.Combine(Samples, name + ".json");
        if (SampleWriter.Asked && !File.Exists(file))
        {
            File.WriteAllText(file, SampleWriter.Sample(EventNames.TypeOf(name)!));
        }

        File.Exists(file).ShouldBeTrue($"{name} has no stored sample: add tests/Architecture.Tests/Platform/EventSamples/{name}.json");

        Difference(EventNames.TypeOf(name)!, File.ReadAllText(file)).ShouldBeNull();
    }

    /// <summary>Samples from before an event got a further field: what stores out there hold of it.</summary>
    public static TheoryData<string> Earlier =>
        [.. Directory.EnumerateFiles(Path.Combine(Samples, "earlier"), "*.json").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Earlier))]
    public void What_was_stored_before_an_event_got_a_further_field_still_reads(string file) =>
        Difference(EventNames.TypeOf(file[..file[..^".json".Length].LastIndexOf('.')])!, File.ReadAllText(Path.Combine(Samples, "earlier", file))).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_stored_sample_of_every_event_shows_every_field(string name) =>
        FieldsMissing(EventNames.TypeOf(name)!, File.ReadAllText(Path.Combine(Samples, name + ".json"))).ShouldBeEmpty();

    [Fact]
    public void Twin_a_sample_that_leaves_a_field_out_is_found() =>
        FieldsMissing(typeof(Twin), """{"kept":1}""").ShouldBe(["newer"]);

    [Fact]
    public void No_sample_is_left_of_an_event_that_is_gone() =>
        Directory.EnumerateFiles(Samples, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Except(EventNames.All.Values).ShouldBeEmpty("a stored event type can never be removed: it needs its record or an upcaster");

    [Fact]
    public void Twin_two_events_of_one_name_are_found() =>
        Badly_named([("First", "ai.jarvis.twin.v1"), ("Second", "ai.jarvis.twin.v1"), ("Third", "ai.jarvis.unversioned")])
            .ShouldBe(["ai.jarvis.twin.v1: First, Second", "ai.jarvis.unversioned: Third"], ignoreOrder: true);

    [Fact]
    public void Twin_a_sample_whose_field_was_renamed_is_found() =>
        Difference(typeof(Twin), """{"older":"name","kept":1}""").ShouldNotBeNull();

    private static IEnumerable<(string Type, string Name)> NamedTypes(Assembly assembly) =>
        from type in assembly.GetTypes()
        let attribute = type.GetCustomAttribute<EventNameAttribute>()
        where attribute is not null
        select (type.Name, attribute.Name);

    private static IEnumerable<string> Badly_named(IEnumerable<(string Type, string Name)> events) =>
        from pair in events
        group pair.Type by pair.Name into same
        where same.Count() > 1 || !Versioned().IsMatch(same.Key)
        select $"{same.Key}: {string.Join(", ", same)}";

    private static IEnumerable<string> FieldsMissing(Type type, string sample) =>
        type.GetProperties().Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .Except(JsonNode.Parse(sample)!.AsObject().Select(member => member.Key));

    private static string? Difference(Type type, string sample)
    {
        var read = JsonSerializer.Deserialize(sample, type, EventJson.Stored);
        var written = JsonSerializer.SerializeToNode(read, type, EventJson.Stored);
        return JsonNode.DeepEquals(JsonNode.Parse(sample), written) ? null : $"{sample} came back as {written}";
    }

    [GeneratedRegex(@"^(io\.serverlessworkflow|ai\.jarvis)\.[a-z0-9.-]+\.v[1-9][0-9]*$")]
    private static partial Regex Versioned();

    private sealed record Twin(string? Newer, int Kept);
}
