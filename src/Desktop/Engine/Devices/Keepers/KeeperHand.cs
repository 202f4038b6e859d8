using System.ComponentModel;
using System.Diagnostics;

namespace Jarvis.Engine.Devices.Keepers;

/// <summary>A step of a plan that did not go as it must.</summary>
public sealed class KeeperException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Does what a keeper says, on this machine.</summary>
public static class KeeperHand
{
    /// <summary>How long the system may take for one step.</summary>
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(60);

    private const int MaxShown = 2_000;

    /// <exception cref="KeeperException">A file could not be written, or a step failed that may not.</exception>
    public static async Task Do(KeeperPlan plan, CancellationToken cancel)
    {
        try
        {
            foreach (var file in plan.Writes)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
                await File.WriteAllTextAsync(file.Path, file.Content, cancel);
            }

            await Run(plan.Steps, cancel);
            foreach (var path in plan.Removes)
            {
                File.Delete(path);
            }
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new KeeperException($"{denied.Message} The machine's own runner is installed by its administrator (with sudo); without --system it is yours alone.", denied);
        }
        catch (IOException broken)
        {
            throw new KeeperException(broken.Message, broken);
        }

        await Run(plan.Afterwards, cancel);
    }

    /// <summary>How the runner stands.</summary>
    public static async Task<KeeperState> State(IRunnerKeeper keeper, KeeperScope scope, CancellationToken cancel)
    {
        var answers = new List<KeeperAnswer>();
        foreach (var step in keeper.Ask(scope))
        {
            answers.Add(await Run(step, cancel));
        }

        var state = keeper.Read(File.Exists(keeper.FileOf(scope)), answers);
        return state is { IsActive: true, Since: null, ProcessId: { } process } ? state with { Since = StartOf(process) } : state;
    }

    private static async Task Run(IReadOnlyList<KeeperStep> steps, CancellationToken cancel)
    {
        foreach (var step in steps)
        {
            if (await Run(step, cancel) is { ExitCode: not 0 } failed && !step.MayFail)
            {
                var said = $"{failed.Errors.Trim()} {failed.Output.Trim()}".Trim();
                throw new KeeperException($"`{step}` failed: {(said.Length <= MaxShown ? said : said[..MaxShown])}");
            }
        }
    }

    private static async Task<KeeperAnswer> Run(KeeperStep step, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(step.Program, step.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // Times and words as they are read here, whatever the person's language.
        start.Environment["TZ"] = "UTC";
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(StepTime);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            try
            {
                await process.WaitForExitAsync(limit.Token);
                return new KeeperAnswer(process.ExitCode, await output, await errors);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return new KeeperAnswer(-1, "", $"it took longer than {StepTime.TotalSeconds} s");
            }
        }
        catch (Win32Exception missing)
        {
            return new KeeperAnswer(-1, "", missing.Message);
        }
    }

    private static DateTimeOffset? StartOf(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return found.StartTime;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
