using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Gives the hash of a file of any size, in lower-case hex.</summary>
public sealed class FileHash : JarvisFunction
{
    public override string Name => "file.hash";

    public override string Summary => "Computes the hash of a file.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"a.zip"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1},
          "algorithm":{"enum":["sha256","sha512","md5"],"default":"sha256"}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var algorithm = arguments.TextOrNull("algorithm") ?? "sha256";
        var hash = await FileContent.Hash(path, algorithm, cancellation);
        return Json.Of(("path", path), ("algorithm", algorithm), ("hash", hash), ("size", new FileInfo(path).Length));
    }
}
