namespace Jarvis.Engine.Devices.Keepers;

/// <summary>Whose runner is kept: the person's while the PC runs, or the machine's from its start on.</summary>
public enum KeeperScope { Person, Machine }

/// <param name="Program">What starts `jarvis`: one executable, or `dotnet` and the assembly.</param>
/// <param name="Home">The runner's home folder; tokens and secrets stay there.</param>
/// <param name="Server">Null for the one that the home is paired with. Its user part is never written anywhere.</param>
/// <param name="User">Who the machine's runner runs as.</param>
public sealed record KeeperOrder(KeeperScope Scope, IReadOnlyList<string> Program, string Home, Uri? Server, string User)
{
    /// <summary>What starts this program again: itself where it was published, `dotnet` and the assembly where it was built.</summary>
    public static IReadOnlyList<string> ProgramOf(string process, string assembly) =>
        Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? [process, assembly] : [process];

    /// <summary>The whole command line.</summary>
    public IReadOnlyList<string> Command =>
        [.. Program, "runner", "--home", Home, .. (IReadOnlyList<string>)(Server is null ? [] : ["--server", $"{Server.Scheme}://{Server.Authority}/"])];
}

/// <summary>A file that everybody may read: there is nothing secret in it.</summary>
public sealed record KeeperFile(string Path, string Content);

/// <param name="MayFail">Whether the plan goes on where it does.</param>
public sealed record KeeperStep(string Program, IReadOnlyList<string> Arguments, bool MayFail = false)
{
    public override string ToString() => string.Join(' ', (string[])[Program, .. Arguments]);
}

/// <summary>What is to be done, in this order: write, run, remove.</summary>
public sealed record KeeperPlan(IReadOnlyList<KeeperFile> Writes, IReadOnlyList<KeeperStep> Steps, IReadOnlyList<string> Removes, IReadOnlyList<KeeperStep> Afterwards);

/// <summary>What a step said.</summary>
public sealed record KeeperAnswer(int ExitCode, string Output, string Errors);

/// <param name="IsEnabled">Whether it is started by itself.</param>
/// <param name="Since">Since when it runs; null where it does not, or where the system does not say.</param>
public sealed record KeeperState(bool IsInstalled, bool IsEnabled, bool IsActive, DateTimeOffset? Since, int? ProcessId);

/// <summary>
/// The system's own means to keep the runner running: started with the PC or its person, and started again when it dies, but not when it
/// stopped by itself because its server wants it no more (exit 1). Says what is to be written and run, and reads what the system answers;
/// <see cref="KeeperHand"/> does it.
/// </summary>
public interface IRunnerKeeper
{
    /// <summary>What people call it.</summary>
    string Name { get; }

    /// <summary>Why it cannot be used on this machine, as a sentence; null where it can.</summary>
    string? Lacking(KeeperScope scope);

    KeeperPlan Install(KeeperOrder order);

    KeeperPlan Uninstall(KeeperScope scope);

    /// <summary>The file by which it is known to be installed.</summary>
    string FileOf(KeeperScope scope);

    /// <summary>What to ask for its state; the answers go to <see cref="Read"/> in this order.</summary>
    IReadOnlyList<KeeperStep> Ask(KeeperScope scope);

    KeeperState Read(bool isInstalled, IReadOnlyList<KeeperAnswer> answers);

    /// <summary>The command that shows its log.</summary>
    string LogCommand(KeeperScope scope, string home);
}

/// <summary>Where a keeper finds its places on this machine.</summary>
/// <param name="Root">The root of the file system; another in tests.</param>
/// <param name="UserHome">The person's own folder.</param>
/// <param name="UserId">The person's number; macOS names its domains by it.</param>
public sealed record KeeperMachine(string Root, string UserHome, string? ConfigHome, string UserId)
{
    public static KeeperMachine This => new(
        "/", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config && Path.IsPathRooted(config) ? config : null, "$(id -u)");
}
