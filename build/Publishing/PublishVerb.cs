using System.CommandLine;
using System.Runtime.InteropServices;
using Jarvis.Build.Compiling;

namespace Jarvis.Build.Publishing;

/// <summary><c>build/publish</c>: the server with its screens, and the runner, as programs that need no .NET on the machine they run on.</summary>
public static class PublishVerb
{
    private static readonly (string Project, string Folder)[] Programs =
        [("src/Api/Api.csproj", "server"), ("src/Desktop/Cli/Cli.csproj", "runner")];

    public static Command Create()
    {
        var runtime = new Option<string>("--rid")
        {
            Description = "For which system (linux-x64, linux-arm64, win-x64, osx-arm64 …).",
            DefaultValueFactory = _ => RuntimeInformation.RuntimeIdentifier,
        };
        var verb = new Command("publish", "Self-contained server, runner and the apps it serves under artifacts/.") { runtime };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var target = parsed.GetValue(runtime)!;
            await PublishProgramsAsync(target, cancellation);
            Console.WriteLine("[+] the phone app and the back office");
            await PublishScreensAsync(cancellation);
            Console.WriteLine("      artifacts/server/screens");

            return 0;
        });
        return verb;
    }

    /// <summary>Server and runner, without the screens, under artifacts/.</summary>
    /// <exception cref="ProblemException">One does not build.</exception>
    public static async Task PublishProgramsAsync(string runtime, CancellationToken cancellation)
    {
        for (var i = 0; i < Programs.Length; i++)
        {
            var (project, name) = Programs[i];
            var folder = Repository.PathTo("artifacts", name);
            Console.WriteLine($"[{i + 1}/{Programs.Length}] {project} for {runtime}");
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            if (name == "server")
            {
                await PublishServerAsync(project, runtime, folder, cancellation);
            }
            else
            {
                await DotNet.PublishAsync(project, runtime, folder, cancellation);
            }

            Console.WriteLine($"      artifacts/{name}");
        }
    }

    /// <summary>Beside the server's program, where it looks for them.</summary>
    private static async Task PublishScreensAsync(CancellationToken cancellation)
    {
        var screens = PublishedScreens.Folder;
        await PublishedScreens.EnsureAsync(screens, Console.WriteLine, cancellation);
        var target = Repository.PathTo("artifacts", "server", "screens");
        foreach (var file in Directory.EnumerateFiles(screens, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(screens, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    /// <summary>The server brings the code around its handlers along, so that nothing is compiled at run time.</summary>
    private static async Task PublishServerAsync(string project, string target, string folder, CancellationToken cancellation)
    {
        var generated = Repository.PathTo("artifacts", "generated");
        try
        {
            Forget(generated);
            await DotNet.BuildAsync(project, analysed: false, cancellation);
            await GeneratedCode.WriteAsync(generated, cancellation);
            await DotNet.PublishAsync(project, target, folder, cancellation, GeneratedCode.Setting(generated));
        }
        finally
        {
            Forget(generated);
        }
    }

    private static void Forget(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
