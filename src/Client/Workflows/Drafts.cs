using System.Globalization;
using Jarvis.Client.Platform;

namespace Jarvis.Client.Workflows;

/// <summary>A text that was not published, as this device kept it.</summary>
public sealed record Draft(string Text, DateTimeOffset At);

/// <summary>Drafts of definitions on this device: they outlast a reload and an expired session, and go at sign-out.</summary>
public sealed class Drafts(IBrowser browser, TimeProvider time)
{
    /// <param name="name">What it is a draft of: a workflow's id, or <c>new</c>.</param>
    public async Task<Draft?> Of(string name)
    {
        if (await browser.Get(Stores.Drafts, Key(name)) is not { } kept)
        {
            return null;
        }

        var end = kept.IndexOf('\n', StringComparison.Ordinal);
        return new Draft(kept[(end + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(kept[..end], CultureInfo.InvariantCulture)));
    }

    public ValueTask Keep(string name, string text) =>
        browser.Put(Stores.Drafts, Key(name), time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "\n" + text);

    public ValueTask Drop(string name) => browser.Remove(Stores.Drafts, Key(name));

    private static string Key(string name) => "definition|" + name;
}
