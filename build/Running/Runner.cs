using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Build.Compiling;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Running;

/// <summary>The runner process and what it says of itself: a code to be paired by, the device it became, that it is connected.</summary>
public sealed class Runner(string program, string url, string home, string log, string pidFile) : IAsyncDisposable
{
    private TaskCompletionSource<string> pairing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<string> paired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Open as long as we live: lines may still arrive while the next start begins.
    private StreamWriter? output;

    /// <summary>Called with each code that the runner asks to be paired by.</summary>
    public Action<string, string> OnPairing { get; set; } = static (_, _) => { };

    /// <summary>The code to approve; never ends if the runner is paired already.</summary>
    public Task<string> PairingCode => pairing.Task;

    /// <summary>The device it became in this start.</summary>
    public Task<string> Paired => paired.Task;

    public Task Connected => connected.Task;

    /// <summary>True if an earlier start left credentials.</summary>
    public bool HasCredentials => File.Exists(CredentialsFile);

    private string CredentialsFile => Path.Combine(home, "credentials.json");

    public Task<RunningProgram> StartAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Directory.CreateDirectory(home);
        FollowServer();
        pairing = pairing.Task.IsCompleted ? new(TaskCreationOptions.RunContinuationsAsynchronously) : pairing;
        paired = paired.Task.IsCompleted ? new(TaskCreationOptions.RunContinuationsAsynchronously) : paired;
        output ??= new StreamWriter(log, append: true) { AutoFlush = true };
        var child = ChildProcess.Start(new ChildProcessOptions
        {
            Program = DotNet.Program,
            Arguments = [program, "runner", "--server", url, "--home", home, "--name", Environment.MachineName, "--json"],
            Folder = home,
            Environment = new Dictionary<string, string?> { ["DOTNET_ROOT"] = DotNet.Root },
            OnLine = (line, isError) =>
            {
                output.WriteLine(line);
                if (!isError)
                {
                    Listen(line);
                }
            },
        });
        ProcessIdentity.Of(child.Id)?.WriteTo(pidFile);
        return Task.FromResult(new RunningProgram(child.Exited, async () =>
        {
            await child.DisposeAsync();
            File.Delete(pidFile);
        }));
    }

    public ValueTask DisposeAsync() => output?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>
    /// A runner gives its tokens only to the address that it was paired at. This one belongs to the server beside it, which may have
    /// moved to another port since.
    /// </summary>
    private void FollowServer()
    {
        if (!HasCredentials)
        {
            return;
        }

        var credentials = JsonNode.Parse(File.ReadAllText(CredentialsFile))!;
        var address = new Uri(url).ToString();
        if (credentials["server"]?.ToString() == address)
        {
            return;
        }

        credentials["server"] = address;
        PrivateFile.Replace(CredentialsFile, credentials.ToJsonString());
    }

    private void Listen(string line)
    {
        JsonNode? said;
        try
        {
            said = JsonNode.Parse(line);
        }
        catch (JsonException)
        {
            return; // Not one of its JSON lines; it stands in the log.
        }

        switch (said?["event"]?.ToString())
        {
            case "pairing":
                var code = said["userCode"]?.ToString() ?? "";
                OnPairing(code, said["verificationUri"]?.ToString() ?? url);
                pairing.TrySetResult(code);
                break;
            case "paired":
                paired.TrySetResult(said["deviceId"]?.ToString() ?? "");
                break;
            case "connected":
                connected.TrySetResult();
                break;
        }
    }
}
