namespace Jarvis.Api.Platform;

/// <summary>Texts as people write them.</summary>
public static class Texts
{
    /// <summary>The beginning of a text, in whole characters: half of one cannot be written to the database.</summary>
    public static string Cut(this string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
