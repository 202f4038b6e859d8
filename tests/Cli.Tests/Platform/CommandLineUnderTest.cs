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

    public async Task<Result> Run(string[] arguments, string? input = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "jarvis.exe" : "jarvis"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["JARVIS_HOME"] = Home;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return new Result(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts it without waiting for its end.</summary>
    public ProcessUnderTest Start(string[] arguments) => ProcessUnderTest.Start(
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "jarvis.exe" : "jarvis"),
        arguments,
        new Dictionary<string, string?> { ["JARVIS_HOME"] = Home });

    public Task<Result> SignIn(SimulatedApi api) =>
        Run(["login", api.Address, "--email", "ada@example.org", "--password-stdin"], api.Password + "\n");

    public void Dispose() => folder.Dispose();
}
