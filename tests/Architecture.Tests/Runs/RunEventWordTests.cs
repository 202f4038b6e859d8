using Jarvis.Client.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Runs;

/// <summary>Both apps show the history of a run; a new event needs its words there.</summary>
public sealed class RunEventWordTests
{
    private static readonly string[] Names =
    [
        .. EventNames.All.Where(named => typeof(IRunEvent).IsAssignableFrom(named.Key) || typeof(IExecutionEvent).IsAssignableFrom(named.Key)).Select(named => named.Value),
    ];

    [Fact]
    public void Every_event_of_a_run_has_its_words() => Names.Where(name => RunEventWords.Of(name) is null).ShouldBeEmpty();

    [Fact]
    public void No_words_are_kept_for_an_event_that_there_is_not() => RunEventWords.Types.Except(Names).ShouldBeEmpty();

    [Fact]
    public void Twin_an_event_without_words_is_found() => RunEventWords.Of("ai.jarvis.run.danced.v1").ShouldBeNull();
}
