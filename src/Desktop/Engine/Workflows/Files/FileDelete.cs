using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Deletes a file, or with <c>recursive</c> a folder. What is gone already counts as deleted.</summary>
public sealed class FileDelete : JarvisFunction
{
    public override string Name => "file.delete";

    public override string Summary => "Deletes a file or a folder.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"old","recursive":true}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1},
          "recursive":{"type":"boolean","default":false,"description":"Deletes a folder with all that is in it."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var folder = new DirectoryInfo(path);
        var existed = true;
        if (folder.Exists && folder.LinkTarget is null)
        {
            if (Path.GetPathRoot(path) == path)
            {
                throw Failed("The root of the file system is not deleted.");
            }

            folder.Delete(arguments.Flag("recursive"));
        }
        else
        {
            existed = File.Exists(path) || folder.LinkTarget is not null;
            if (existed)
            {
                File.Delete(path);
            }
        }

        return Task.FromResult(Json.Of(("path", path), ("deleted", existed)));
    }
}
