using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>Puts <c>***</c> in place of every secret in a text that leaves the run.</summary>
internal sealed class SecretText
{
    public const string Mask = "***";

    private readonly string[] secrets;

    public SecretText(IEnumerable<Json> values)
    {
        // The longest first, so that a secret that contains another one leaves nothing of itself.
        secrets = [.. values.SelectMany(Texts).Where(text => text.Length > 0).Distinct().OrderByDescending(text => text.Length)];
    }

    public string In(string text)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private static IEnumerable<string> Texts(Json value) => value switch
    {
        JsonString text => [text.Value],
        JsonArray array => array.Items.SelectMany(Texts),
        JsonObject members => members.Members.Values.SelectMany(Texts),
        _ => [],
    };
}
