using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>
/// Gives the text of many small files in one task. A file that cannot be read, or is not UTF-8, does not fail the others: its
/// <c>text</c> is empty and its <c>problem</c> says why.
/// </summary>
public sealed class FileReadMany : JarvisFunction
{
    /// <summary>Most files of one call.</summary>
    private const int MaxFiles = 10_000;

    /// <summary>Most text of one call, in bytes of all files together.</summary>
    private const long MaxTotalBytes = 64 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public override string Name => "file.readMany";

    public override string Summary => "Reads the text of many files.";

    public override bool Repeatable => true;

    public override string Example => """{"paths":["a.txt","b.txt"]}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["paths"],"properties":{
          "paths":{"type":"array","maxItems":10000,"items":{"type":"string","minLength":1},"description":"The files; relative to the run's folder."}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var paths = arguments.List("paths");
        if (paths.Count > MaxFiles)
        {
            throw new WorkflowFaultException(Fault.Validation($"The argument 'paths' names {paths.Count} files; at most {MaxFiles} can be read in one call."));
        }

        var read = new List<Json>(paths.Count);
        long total = 0;
        foreach (var item in paths)
        {
            var path = context.Resolve(((JsonString)item).Value);
            var (text, problem, bytes) = await Read(path, cancellation);
            total += bytes;
            if (total > MaxTotalBytes)
            {
                throw Failed($"The files have more than {MaxTotalBytes} bytes together; read fewer in one call.");
            }

            read.Add(Json.Of(("path", path), ("name", Path.GetFileName(path)), ("text", text), ("problem", Json.Of(problem))));
        }

        return Json.Of(read);
    }

    private static async Task<(string Text, string? Problem, long Bytes)> Read(string path, CancellationToken cancellation)
    {
        try
        {
            var bytes = await FileContent.Read(path, cancellation);
            return (Strict.GetString(bytes).TrimStart('\uFEFF'), null, bytes.Length);
        }
        catch (DecoderFallbackException)
        {
            return ("", "not UTF-8 text", 0);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ("", unreadable.Message, 0);
        }
    }
}
