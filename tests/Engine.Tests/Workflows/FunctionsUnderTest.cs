using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

/// <summary>Functions as one run calls them: checked arguments, a folder of its own, what it logs.</summary>
internal sealed class FunctionsUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> log = [];
    private FunctionContext context;

    public FunctionsUnderTest(params string[] secrets)
    {
        context = new FunctionContext(folder.Path, TimeProvider.System, (LogSeverity _, string text) => log.Add(text), new BlobFolder(folder.File("blobs")).Keep)
        {
            HomeFolder = folder.File("home"),
            IsSecret = secrets.Contains,
        };
    }

    public IReadOnlyList<string> Log => log;

    public string File(params string[] name) => folder.File(name);

    public async Task<Json> Call(string name, params (string, Json)[] arguments)
    {
        var function = FunctionCatalog.Standard.Find(name).ShouldNotBeNull();
        return await function.Invoke(function.Check(Json.Of(arguments)), context, TestContext.Current.CancellationToken);
    }

    public async Task<Json> Call(string name, string arguments) =>
        await Call(name, [.. ((JsonObject)Json.Parse(arguments)).Members.Select(member => (member.Key, member.Value))]);

    public async Task<Fault> Refused(string name, string arguments) =>
        (await Should.ThrowAsync<WorkflowFaultException>(() => Call(name, arguments))).Fault;

    /// <summary>The run ends, and the next one begins in the same folder.</summary>
    public async Task NextRun()
    {
        await context.Resources.DisposeAsync();
        context = context with { Resources = new RunResources() };
    }

    public async ValueTask DisposeAsync()
    {
        await context.Resources.DisposeAsync();
        folder.Dispose();
    }
}
