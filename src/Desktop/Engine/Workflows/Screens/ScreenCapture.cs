using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Screens;

/// <summary>Takes a picture of this PC's screen into the run's folder; it stands at the task as well.</summary>
public sealed class ScreenCapture : JarvisFunction
{
    public override string Name => "screen.capture";

    public override string Summary => "Takes a picture of the screen.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"screen.png"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"properties":{
          "path":{"type":"string","minLength":1,"default":"screen.png","description":"Where the picture (PNG) goes."}}}
        """;

    public override string? Lacking()
    {
        SystemScreen.Find(out var lacking);
        return lacking;
    }

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var screen = SystemScreen.Find(out var lacking) ?? throw NotAvailable(lacking!);
        var path = context.Resolve(arguments.TextOrNull("path") ?? "screen.png");
        var picture = await screen.Take(cancellation);
        await FileContent.Replace(path, stream => stream.WriteAsync(picture, cancellation).AsTask(), cancellation);
        await context.Attach(picture, "image/png", BlobPurpose.Screenshot, cancellation);
        return Json.Of(("path", path), ("size", picture.Length), ("picture", context.KeepBlob(picture, "image/png")));
    }
}
