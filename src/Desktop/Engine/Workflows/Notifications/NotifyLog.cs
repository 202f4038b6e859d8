using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Notifications;

/// <summary>Writes a line into the run's log, where whoever watches the run reads it.</summary>
public sealed class NotifyLog : JarvisFunction
{
    public override string Name => "notify.log";

    public override string Summary => "Writes a line into the run's log.";

    public override bool Repeatable => true;

    public override string Example => """{"message":"Done"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["message"],"properties":{
          "message":{"description":"Text, or any value, which is written as JSON."},
          "level":{"enum":["debug","info","warning","error"],"default":"info"}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var severity = arguments.TextOrNull("level") switch
        {
            "debug" => LogSeverity.Debug,
            "warning" => LogSeverity.Warning,
            "error" => LogSeverity.Error,
            _ => LogSeverity.Info,
        };
        var message = arguments["message"] ?? Json.Null;
        var text = message is JsonString plain ? plain.Value : message.ToString();
        context.Log(severity, text);
        return Task.FromResult(Json.Of(text));
    }
}
