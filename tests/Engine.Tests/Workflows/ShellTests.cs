using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Tests.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

/// <summary>What a command finds around it.</summary>
public sealed class ShellTests
{
    [Theory]
    [InlineData("JARVIS_SECRET_ofTheSurroundings")]
    [InlineData("JARVIS_DATABASE")]
    [InlineData("JARVIS_MASTER_KEY")]
    [InlineData("JARVIS_SETUP_TOKEN")]
    [InlineData("JARVIS_BLOBS_S3_SECRET_KEY")]
    public async Task secrets_of_the_runner_and_of_a_server_beside_it_are_not_handed_on(string variable)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        await using var it = new EngineUnderTest();
        Environment.SetEnvironmentVariable(variable, "not the workflow's");
        try
        {
            var seen = (JsonString)await it.Output($"  - look: {{ run: {{ shell: {{ command: 'echo \"${variable}|$JARVIS_RUN_FOLDER\"' }} }} }}\n");
            seen.Value.ShouldStartWith("|/", customMessage: "the folder of the run is");
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }
}
