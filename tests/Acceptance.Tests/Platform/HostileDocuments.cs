using System.Globalization;
using System.Text;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>GraphQL requests that are made to cost, by kind and in several sizes, as JSON bodies.</summary>
internal static class HostileDocuments
{
    public static IEnumerable<(string What, byte[] Body)> All() =>
        Documents().Select(pair => (pair.What, Request(pair.Document))).Concat(Bodies().Select(pair => (pair.What, Encoding.UTF8.GetBytes(pair.Body)))).Append(
            ("bytes that are no UTF-8", [.. "{\"query\":\"{ viewer { id } #"u8, 0xFF, 0xFE, 0xC0, .. "}\"}"u8]));

    private static IEnumerable<(string What, string Document)> Documents()
    {
        foreach (var (depth, width) in ((int, int)[])[(10, 8), (25, 2), (40, 2), (80, 4)])
        {
            yield return ($"{depth} fragments, each spread {width} times by the one before", Spreads(depth, width));
        }

        foreach (var size in (int[])[1, 2, 50])
        {
            yield return ($"{size} fragments in a ring", "{ ...f0 }" + Join(size, i => $" fragment f{i} on Query {{ ...f{(i + 1) % size} }}"));
        }

        yield return ("20,000 fields of one name", "{ " + Join(20_000, _ => "__typename ") + "}");
        foreach (var count in (int[])[150, 5_000])
        {
            yield return ($"{count} aliases", "{ " + Join(count, i => $"a{i}: __typename ") + "}");
            yield return ($"{count} aliases of a list", "{ " + Join(count, i => $"a{i}: runs(first: 100) {{ nodes {{ id }} }} ") + "}");
        }

        foreach (var depth in (int[])[60, 2_000, 8_000])
        {
            yield return ($"fields {depth} deep", Repeat("{ viewer ", depth) + Repeat("} ", depth));
            yield return ($"a list {depth} deep", "{ workflow(name: " + Repeat("[", depth) + Repeat("]", depth) + ") { id } }");
            yield return ($"an object {depth} deep", "{ runs(filter: " + Repeat("{ a: ", depth) + "1" + Repeat("}", depth) + ") { nodes { id } } }");
            yield return ($"a type {depth} deep", "query($v: " + Repeat("[", depth) + "Int" + Repeat("]", depth) + ") { position }");
        }

        yield return ("a number of 12,000 digits", "{ runs(first: " + Repeat("9", 12_000) + ") { nodes { id } } }");
        yield return ("an exponent without end", "{ runs(first: 1e999999999) { nodes { id } } }");
        yield return ("5,000 directives", "{ viewer " + Repeat("@include(if: true) ", 5_000) + "{ id } }");
        yield return ("200 directives that are none", "{ viewer " + Join(200, i => $"@d{i} ") + "{ id } }");
        yield return ("a name of 30,000 letters", "{ " + Repeat("n", 30_000) + " }");
        yield return ("5,000 operations", Join(5_000, i => $"query q{i} {{ __typename }} "));
        yield return ("5,000 variables", "query(" + Join(5_000, i => $"$v{i}: Int ") + ") { __typename }");
        yield return ("5,000 fragments that nobody spreads", "{ __typename }" + Join(5_000, i => $" fragment f{i} on Query {{ __typename }}"));
        yield return ("introspection in introspection", "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } } } }");
        yield return ("pages in pages", "{ runs(first: 100) { nodes { tasks(first: 100) { nodes { instance } } log(first: 100) { nodes { text } } retries { tasks(first: 100) { nodes { instance } } } } } }");
        yield return ("a string without end", "{ workflow(name: \"" + Repeat("x", 8_000));
        yield return ("a comment of 200,000 letters", "{ __typename #" + Repeat("x", 200_000) + "\n}");
        yield return ("marks without end", "{ viewer(" + Repeat("!", 12_000) + ") { id } }");
        yield return ("unpaired surrogates", "{ workflow(name: \"" + Repeat("\\uD800", 1_000) + "\") { id } }{");
        yield return ("letters of other scripts in names", "{ v\u0456ewer { id } }");
        yield return ("marks that turn the text", "{ viewer { \u202Eid } }");
        yield return ("a character of nothing", "{ viewer { id } } \u0000");
    }

    private static IEnumerable<(string What, string Body)> Bodies()
    {
        const string Query = "\"query\":\"query($f: Int) { runs(first: $f) { nodes { id } } }\"";
        yield return ("variables of a million values", $"{{{Query},\"variables\":{{\"f\":[{Join(1_000_000, _ => "0,")}0]}}}}");
        yield return ("a variable of 3,000,000 digits", $"{{{Query},\"variables\":{{\"f\":{Repeat("9", 3_000_000)}}}}}");
        yield return ("a variable of 3,000,000 places", $"{{{Query},\"variables\":{{\"f\":0.{Repeat("1", 3_000_000)}}}}}");
        yield return ("variables 20,000 deep", $"{{{Query},\"variables\":{{\"f\":{Repeat("[", 20_000)}{Repeat("]", 20_000)}}}}}");
        yield return ("200,000 variables", $"{{{Query},\"variables\":{{{Join(200_000, i => $"\"v{i}\":0,")}\"f\":\"x\"}}}}");
        yield return ("a name that comes twice", $"{{{Query},{Query}}}");
        yield return ("a thousand requests in one", "[" + Join(1_000, _ => $"{{{Query}}},") + $"{{{Query}}}]");
        yield return ("half of a surrogate pair", "{\"query\":\"{ viewer { id } } # \\ud800\",\"operationName\":\"\\udfff\"}");
        yield return ("a body that breaks off", "{\"query\":\"{ viewer");
        yield return ("a query that is none", "{\"query\":{\"a\":[1,2,3]}}");
    }

    private static string Spreads(int depth, int width) =>
        "{ ...f0 }" + Join(depth, i => $" fragment f{i} on Query {{ {Repeat($"...f{i + 1} ", width)}}}") + $" fragment f{depth} on Query {{ __typename }}";

    private static byte[] Request(string document) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { query = document });

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static string Join(int count, Func<int, FormattableString> part)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(part(i).ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static string Join(int count, Func<int, string> part) => string.Concat(Enumerable.Range(0, count).Select(part));
}
