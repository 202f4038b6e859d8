using System.Globalization;

namespace Jarvis.Client.Platform;

/// <summary>A piece of text in both languages. {0}, {1} … stand for what is put in.</summary>
public sealed record Word(string Zh, string En);

public enum Tongue
{
    Chinese,
    English,

    /// <summary>Every text that goes through here is wrapped in 〔〕, so that a test sees the ones that do not.</summary>
    Marked,
}

/// <summary>The language on screen: <c>@L[RunWords.Title]</c>. Chinese unless the person chose or prefers another.</summary>
public sealed class Language(IBrowser browser)
{
    public event Action? Changed;

    public Tongue Tongue { get; private set; }

    public bool IsChinese => Tongue != Tongue.English;

    /// <summary>BCP 47, as <c>lang</c> and GraphQL's <c>language</c> take it.</summary>
    public string Tag => IsChinese ? "zh-CN" : "en";

    public string this[Word word] => Tongue switch
    {
        Tongue.English => word.En,
        Tongue.Marked => "〔" + word.Zh + "〕",
        _ => word.Zh,
    };

    public string this[Word word, params object[] with]
    {
        get
        {
            var text = string.Format(CultureInfo.InvariantCulture, Tongue == Tongue.English ? word.En : word.Zh, with);
            return Tongue == Tongue.Marked ? "〔" + text + "〕" : text;
        }
    }

    public void Start() => Tongue = Of(browser.Preference("language") ?? browser.Language);

    public async Task Choose(Tongue tongue)
    {
        Tongue = tongue;
        await browser.Prefer("language", tongue switch { Tongue.English => "en", Tongue.Marked => "marked", _ => "zh" });
        Changed?.Invoke();
    }

    /// <summary>For tests, and for parts that are shown in a language of their own.</summary>
    public void Use(Tongue tongue) => Tongue = tongue;

    private static Tongue Of(string tag) =>
        tag == "marked" ? Tongue.Marked : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? Tongue.English : Tongue.Chinese;
}
