using System.Text.Json;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>
/// A browser profile that outlives runs, by name, in the runner's folder. One run has it at a time. Chromium keeps lasting cookies
/// and storage in it; the cookies that end with the browser, which many sign-ins are, are kept beside it, readable by their owner alone.
/// </summary>
internal sealed class BrowserProfile : IDisposable
{
    /// <summary>Pause between two looks whether the profile is free, in milliseconds.</summary>
    private const int LookMilliseconds = 200;

    private readonly FileStream taken;

    private BrowserProfile(string name, string folder, FileStream taken)
    {
        Name = name;
        Folder = folder;
        this.taken = taken;
    }

    public string Name { get; }

    /// <summary>Chromium's own folder.</summary>
    public string Folder { get; }

    private string CookieFile => Folder + ".cookies.json";

    /// <summary>Takes the profile, waiting for another run to be done with it.</summary>
    /// <exception cref="WorkflowFaultException">It was not free in time.</exception>
    public static async Task<BrowserProfile> Take(string home, string name, TimeSpan patience, CancellationToken cancellation)
    {
        var all = Path.Combine(home, "browser");
        JarvisHome.MakePrivateFolder(all);
        var folder = Path.Combine(all, name);
        JarvisHome.MakePrivateFolder(folder);
        var end = DateTime.UtcNow + patience;
        while (true)
        {
            try
            {
                return new BrowserProfile(name, folder, new FileStream(folder + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(LookMilliseconds, cancellation);
            }
            catch (IOException busy)
            {
                throw new WorkflowFaultException(Fault.Timeout($"The browser profile '{name}' was in use by another run for {patience.TotalSeconds:0} s."), busy);
            }
        }
    }

    /// <summary>Gives the browser the session cookies of the run before.</summary>
    public async Task Restore(IBrowserContext context)
    {
        if (PrivateFile.Read(CookieFile) is not { } kept)
        {
            return;
        }

        try
        {
            await context.AddCookiesAsync(JsonSerializer.Deserialize<List<Cookie>>(kept) ?? []);
        }
        catch (Exception unreadable) when (unreadable is JsonException or PlaywrightException)
        {
            // Without them a person signs in once more; a profile that cannot be opened at all would be worse.
            File.Delete(CookieFile);
        }
    }

    public async Task Keep(IBrowserContext context)
    {
        var session = (await context.CookiesAsync()).Where(cookie => cookie.Expires < 0)
            .Select(cookie => new Cookie
            {
                Name = cookie.Name,
                Value = cookie.Value,
                Domain = cookie.Domain,
                Path = cookie.Path,
                HttpOnly = cookie.HttpOnly,
                Secure = cookie.Secure,
                SameSite = cookie.SameSite,
            });
        PrivateFile.Write(CookieFile, JsonSerializer.SerializeToUtf8Bytes(session.ToList()));
    }

    public void Dispose() => taken.Dispose();
}
