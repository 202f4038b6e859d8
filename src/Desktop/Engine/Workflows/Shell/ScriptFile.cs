using System.Text;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Shell;

/// <summary>A script as a file of its own, run by the Node.js or Python that this machine has, as a shell command is.</summary>
internal static partial class ScriptFile
{
    public static async Task<Json> Run(ShellCommands shell, Activity.Script script, CancellationToken cancellation)
    {
        var (program, extension) = script.Language switch
        {
            ScriptLanguage.Python => (Find("python3", "python") ?? throw Missing("Python 3 (python3)"), ".py"),
            // A module is one that says so; anything else may use require.
            _ => (Find("node") ?? throw Missing("Node.js (node)"), ModuleSyntax().IsMatch(script.Code) ? ".mjs" : ".cjs"),
        };
        var file = Path.Combine(shell.Folder, $".script-{Guid.NewGuid():N}{extension}");
        await File.WriteAllTextAsync(file, script.Code, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
        try
        {
            var command = OperatingSystem.IsWindows() ? $"\"{program}\" \"{file}\"" : $"exec {Quoted(program)} {Quoted(file)} \"$@\"";
            return await shell.Run(
                new Activity.Shell(
                    script.Task, script.Instance, script.Attempt, command, script.Arguments, script.Environment, script.Stdin, script.Return, script.Await),
                cancellation);
        }
        finally
        {
            if (script.Await)
            {
                File.Delete(file);
            }
        }
    }

    private static string? Find(params string[] names) => names
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)))
        .FirstOrDefault(File.Exists);

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static WorkflowFaultException Missing(string what) =>
        new(Fault.Configuration($"The script needs {what}, which this machine does not have. Install it, and see that it is on the PATH."));

    [GeneratedRegex(@"^\s*(import\b(?!\s*\()|export\b)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ModuleSyntax();
}
