using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

public sealed class ProgressTests
{
    private static List<int> Over(Story story, Outcome run)
    {
        var state = Execution.None;
        return [.. run.Events.Select(e => Progress.Of(story.Definition, state = Execution.Evolve(state, e)))];
    }

    [Fact]
    public void progress_grows_with_tasks_iterations_and_branches_and_is_100_only_at_the_end()
    {
        var story = Story.Of("""
            do:
              - loop:
                  for: { in: '[range(10)]' }
                  do:
                    - one:
                        set: { a: 1 }
                    - two:
                        set: { a: 2 }
              - both:
                  fork:
                    branches:
                      - x:
                          wait: PT1S
                      - y:
                          wait: PT2S
            """);
        var course = Over(story, story.Run());
        course.ShouldBe(course.Order());
        course.Distinct().ShouldContain(25);
        course.Distinct().ShouldContain(75);
        course[..^1].ShouldAllBe(percent => percent < 100);
        course[^1].ShouldBe(100);
        course.Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public void progress_does_not_fall_below_what_was_told()
    {
        var story = Story.Of("do:\n  - a:\n      set: { a: 1 }\n");
        Progress.Of(story.Definition, Execution.Evolve(null, new ExecutionProgressed(40, [], Story.Start))).ShouldBe(40);
    }
}
