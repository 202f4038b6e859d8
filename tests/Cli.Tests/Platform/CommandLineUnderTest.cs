using System.Diagnostics;
using System.Text;
using Jarvis.Testing;

namespace Jarvis.Cli.Tests.Platform;

/// <summary>Runs the real <c>jarvis</c> with a home of its own.</summary>
internal sealed class CommandLineUnderTest : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    public string Home => folder.Path;

    internal sealed record Result(int ExitCode, string Output, string Errors);

    public string Write(string name, string content)
    {
        var path = folder.File(name);
        File.WriteAllText(path, content);
        return path;
    }

    public Task<Result> Run(string[] arguments, string? input = null, IReadOnlyDictionary<string, string?>? environment = null) =>
        Run(new ProcessStartInfo(Program, arguments), environment, async process =>
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        });

    /// <summary>Has a shell start it, so that what a shell can do to its input and output is done.</summary>
    public Task<Result> Shell(string arguments) => Run(new ProcessStartInfo("/bin/sh", ["-c", $"\"{Program}\" {arguments}"]), null, _ => Task.CompletedTask);

    /// <summary>Gives it nothing to read, and after a while asks it to end.</summary>
    public Task<Result> Terminate(string[] arguments) => Run(new ProcessStartInfo(Program, arguments), null, async process =>
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]);
        await kill.WaitForExitAsync();
    });

    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "jarvis.exe" : "jarvis");

    private async Task<Result> Run(ProcessStartInfo start, IReadOnlyDictionary<string, string?>? environment, Func<Process, Task> meanwhile)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.Environment["JARVIS_HOME"] = Home;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await meanwhile(process);
        await process.WaitForExitAsync(limit.Token);
        return new Result(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts it without waiting for its end.</summary>
    public ProcessUnderTest Start(string[] arguments) => ProcessUnderTest.Start(
        Program,
        arguments,
        new Dictionary<string, string?> { ["JARVIS_HOME"] = Home });

    public Task<Result> SignIn(SimulatedApi api) =>
        Run(["login", api.Address, "--email", "ada@example.org", "--password-stdin"], api.Password + "\n");

    public void Dispose() => folder.Dispose();
}
