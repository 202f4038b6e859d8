using System.Security.Cryptography;
using System.Text;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Postgres;

/// <summary>
/// As whom PostgreSQL runs: it refuses to run as root. An ordinary user runs it as themselves. Root runs it in a user
/// namespace, where root's own files belong to an ordinary user; where namespaces are forbidden, as another user of the
/// system, with programs and data in a folder which that user may enter.
/// </summary>
public sealed class PostgresAccount
{
    private const string NamespaceUser = "1000";
    private static readonly string[] Users = ["postgres", "nobody"];

    private readonly string[] prefix;
    private readonly string? user;

    private PostgresAccount(string[] prefix, string? user)
    {
        this.prefix = prefix;
        this.user = user;
    }

    /// <summary>Set if PostgreSQL runs as another user of the system.</summary>
    public string? User => user;

    /// <param name="named">A user of the system to run as, if we are root; null: chosen.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ProblemException">We are root, and there is no way to be somebody else.</exception>
    public static async Task<PostgresAccount> ChooseAsync(string? named, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount([], null);
        }

        if (named is not null)
        {
            return new PostgresAccount(AsUser(named), named);
        }

        if (Tools.Find("unshare") is { } unshare)
        {
            string[] words = [unshare, "--user", "--map-user=" + NamespaceUser, "--map-group=" + NamespaceUser, "--"];
            var tried = await Tools.RunAsync(words[0], [.. words.Skip(1), "true"], cancellation: cancellation);
            if (tried.Succeeded)
            {
                return new PostgresAccount(words, null);
            }
        }

        foreach (var candidate in Users)
        {
            var words = AsUser(candidate);
            var tried = await Tools.RunAsync(words[0], [.. words.Skip(1), "true"], "/", cancellation: cancellation);
            if (tried.Succeeded)
            {
                return new PostgresAccount(words, candidate);
            }
        }

        throw new ProblemException(
            "PostgreSQL refuses to run as root, and neither a user namespace (unshare) nor another user (setpriv) is to be had here; "
            + "run as an ordinary user, or name a server with --database.");
    }

    /// <summary>The command that runs a program as this account.</summary>
    public (string Program, string[] Arguments) Wrap(string program, params IEnumerable<string> arguments)
    {
        string[] words = [.. prefix, program, .. arguments];
        return (words[0], words[1..]);
    }

    /// <summary>Where data of this name may lie: where it was asked for, or in a folder of the other user's own.</summary>
    public string PlaceFor(string folder)
    {
        if (user is null)
        {
            return folder;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(folder))))[..16];
        return Path.Combine("/var/lib", "jarvis-" + user, hash);
    }

    /// <summary>Makes a folder (and what is in it) the account's own.</summary>
    public async Task OwnAsync(string folder, CancellationToken cancellation)
    {
        if (user is null)
        {
            return;
        }

        var owned = await Tools.RunAsync(Tools.Find("chown") ?? "chown", ["-R", user + ":", folder], cancellation: cancellation);
        if (!owned.Succeeded)
        {
            throw new ProblemException("The folder " + folder + " could not be given to the user " + user + ": " + owned.Tail(1));
        }
    }

    /// <summary>Programs that the account can reach: the same, or a copy next to its data if they lie in root's own folders.</summary>
    public async Task<PostgresBinaries> ReachAsync(PostgresBinaries binaries, string folder, CancellationToken cancellation)
    {
        if (user is null || await CanRunAsync(binaries.Program("postgres"), cancellation))
        {
            return binaries;
        }

        var copy = Path.Combine(folder, "postgresql-" + binaries.Major);
        var reachable = binaries with { Folder = Path.Combine(copy, Path.GetFileName(binaries.Folder)) };
        if (await CanRunAsync(reachable.Program("postgres"), cancellation))
        {
            return reachable;
        }

        Directory.CreateDirectory(copy);
        var copied = await Tools.RunAsync(Tools.Find("cp") ?? "cp", ["-a", binaries.Root + "/.", copy], cancellation: cancellation);
        if (!copied.Succeeded)
        {
            throw new ProblemException("PostgreSQL could not be copied to " + copy + ": " + copied.Tail(1));
        }

        await OwnAsync(copy, cancellation);
        return reachable;
    }

    private async Task<bool> CanRunAsync(string program, CancellationToken cancellation)
    {
        var (file, arguments) = Wrap(program, "--version");
        return (await Tools.RunAsync(file, arguments, "/", cancellation: cancellation)).Succeeded;
    }

    private static string[] AsUser(string name) =>
        [Tools.Find("setpriv") ?? "setpriv", "--reuid=" + name, "--regid=" + GroupOf(name), "--clear-groups", "--"];

    private static string GroupOf(string name)
    {
        // /etc/passwd: name, password, user id, group id, ...
        var line = File.ReadLines("/etc/passwd").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return line?.Split(':') is { Length: > 3 } fields ? fields[3] : name;
    }
}
