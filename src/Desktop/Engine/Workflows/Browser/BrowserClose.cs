using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Closes the run's browser before the run ends, so that others may use its profile.</summary>
public sealed class BrowserClose : JarvisFunction
{
    public override string Name => "browser.close";

    public override string Summary => "Closes the run's browser.";

    public override bool Repeatable => true;

    public override string Parameters => """{"type":"object","additionalProperties":false}""";

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        await context.Resources.Get(() => new RunBrowser()).Close();
        return JsonObject.Empty;
    }
}
