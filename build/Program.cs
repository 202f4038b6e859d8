using System.CommandLine;
using System.Runtime.InteropServices;
using Jarvis.Build;
using Jarvis.Build.Keeping;
using Jarvis.Build.Publishing;
using Jarvis.Build.Running;
using Jarvis.Build.Testing;

var root = new RootCommand("Builds, runs and tests Jarvis. Started by the launchers in build/.")
{
    UpVerb.Create(),
    TestVerb.Create(),
    PublishVerb.Create(),
    KeepingVerbs.CreateBackup(),
    KeepingVerbs.CreateRestore(),
};
if (BenchVerb.Exists)
{
    root.Add(BenchVerb.Create());
}

using var stopping = new CancellationTokenSource();
using var interrupt = OnSignal(PosixSignal.SIGINT);
using var terminate = OnSignal(PosixSignal.SIGTERM);
using var hangUp = OnSignal(PosixSignal.SIGHUP);
try
{
    var parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        // Of several the first that names what was typed; another may only say that a verb is missing.
        var error = parsed.Errors.FirstOrDefault(e => args.Any(arg => e.Message.Contains($"'{arg}'", StringComparison.Ordinal))) ?? parsed.Errors[^1];
        await Console.Error.WriteLineAsync(error.Message);
        return 2;
    }

    // Signals are ours: what was started is stopped in order, however long that takes.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(configuration, stopping.Token);
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}

PosixSignalRegistration OnSignal(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
{
    // The first asks for an orderly end; at a second one the system ends us, and with us what we started.
    context.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
});
