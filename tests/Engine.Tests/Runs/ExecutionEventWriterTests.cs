using System.Buffers;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class ExecutionEventWriterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);
    private static readonly Content Value = Content.Of(Json.Parse("""{"a":[1,2.5,"ü\n\"",null,true],"b":{}}"""));
    private static readonly FaultError Error = new("https://example.org/e", 503, "/do/0/x", Value);

    public static IEnumerable<TheoryDataRow<IExecutionEvent>> Samples()
    {
        IExecutionEvent[] samples =
        [
            new ExecutionStarted("n", new DefinitionReference("a", "b", "1.0.0"), Now, Value, new LocalDefinition("hash", Content.Of("source")), Guid.CreateVersion7()),
            new ExecutionStarted("n", new DefinitionReference("a", "b", "1.0.0"), Now, null, null, null),
            new ExecutionSuspended("n", Now), new ExecutionResumed("n", Now), new ExecutionCancelled("n", Now),
            new ExecutionFaulted("n", Now, Error), new ExecutionFaulted("n", Now, new FaultError("t", 500, null, null)),
            new ExecutionCompleted("n", Now, Value), new ExecutionCompleted("n", Now, null),
            new ExecutionTaskCreated("/do/0/x", "/do/0/x@2", "x", "set", Now),
            new ExecutionTaskStarted("/do/0/x", "/do/0/x", Now, Value), new ExecutionTaskStarted("/do/0/x", "/do/0/x", Now, null),
            new ExecutionTaskSuspended("t", "i", Now, Now), new ExecutionTaskSuspended("t", "i", Now, null),
            new ExecutionTaskResumed("t", "i", Now), new ExecutionTaskRetried("t", "i", Now, 2), new ExecutionTaskCancelled("t", "i", Now),
            new ExecutionTaskFaulted("t", "i", Now, Error),
            new ExecutionTaskCompleted("t", "i", Now, Value, Value, "end", Guid.CreateVersion7()), new ExecutionTaskCompleted("t", "i", Now, null, null, null, null),
            new ExecutionProgressed(42, ["/do/0/x", "/do/1/y"], Now),
            new ExecutionLogged([new LogLine(Now, LogSeverity.Warning, "i"), new LogLine(Now, LogSeverity.Debug, null)], Content.Of(Json.Of(["one", "two"]))),
            new ExecutionVariablesChanged("t", "i", Now, Value, Content.Of(Json.Of(["gone"]))), new ExecutionVariablesChanged("t", "i", Now, Value, null),
            new ExecutionBlobAttached("t", "i", Now, new BlobReference(new string('a', 64), 5, "image/png"), BlobPurpose.Screenshot),
            new ExecutionBlobAttached(null, null, Now, new BlobReference(new string('b', 64), 5, "text/csv"), BlobPurpose.File),
            new ExecutionControlAcknowledged(Guid.CreateVersion7(), ControlKind.Pause, Now),
            new ExecutionControlTookEffect(Guid.CreateVersion7(), ControlKind.Cancel, Now, "run.ended"),
            new ExecutionControlTookEffect(Guid.CreateVersion7(), ControlKind.Resume, Now, null),
        ];
        return samples.Select(sample => new TheoryDataRow<IExecutionEvent>(sample));
    }

    [Theory]
    [MemberData(nameof(Samples), DisableDiscoveryEnumeration = true)]
    public void every_event_is_written_as_the_wire_form_says(IExecutionEvent sample)
    {
        using var writer = new ExecutionEventWriter();
        var written = Encoding.UTF8.GetString(writer.Write(sample));
        written.ShouldBe(JsonSerializer.Serialize(sample, sample.GetType(), EventJson.Wire));
        ExecutionEventWriter.OccurredAt(sample).ShouldBe(Now);
    }

    [Fact]
    public void no_event_of_an_execution_is_forgotten() =>
        Samples().Select(row => row.Data.GetType()).Distinct().Count()
            .ShouldBe(EventNames.All.Keys.Count(type => typeof(IExecutionEvent).IsAssignableFrom(type)));

    [Fact]
    public void a_cloud_event_says_whose_it_is_and_which_run_of_which_workflow()
    {
        var run = Guid.CreateVersion7();
        var buffer = new ArrayBufferWriter<byte>();
        CloudEventWriter.Write(buffer, new JournaledEvent(run, 7, "the.type", Now, """{"a":1}"""u8.ToArray(), null, null), $"n-{run}.space", "/local", epoch: 3);
        Encoding.UTF8.GetString(buffer.WrittenSpan).ShouldBe(
            $$$"""{"specversion":"1.0","id":"{{{run}}}:7","source":"/local","subject":"{{{run}}}","type":"the.type","time":"2026-03-04T05:06:07.089Z","datacontenttype":"application/json","sequence":7,"epoch":3,"data":{"workflow":"n-{{{run}}}.space","a":1}}""");
    }
}
