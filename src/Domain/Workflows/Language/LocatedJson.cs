using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Reads JSON text into located nodes.</summary>
internal ref struct LocatedJson
{
    private readonly ReadOnlySpan<byte> text;
    private readonly ProblemList problems;
    private Utf8JsonReader reader;
    private long counted;
    private int line;
    private int column;
    private int nodes;

    private LocatedJson(ReadOnlySpan<byte> text, ProblemList problems)
    {
        this.text = text;
        this.problems = problems;
        reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = SourceReader.MaxDepth });
        line = 1;
        column = 1;
    }

    public static SourceNode? Read(string source, ProblemList problems)
    {
        var json = new LocatedJson(Encoding.UTF8.GetBytes(source), problems);
        try
        {
            json.reader.Read();
            var root = json.ReadNode("");
            json.reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0].Replace(" Change the reader options.", " Remove it.", StringComparison.Ordinal);
            problems.Add("language.syntax", $"This is not JSON: {reason}", (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1, null);
            return null;
        }
    }

    private SourceNode ReadNode(string pointer)
    {
        var (atLine, atColumn) = Place();
        if (++nodes > SourceReader.MaxNodes)
        {
            throw new JsonException($"The workflow holds more than {SourceReader.MaxNodes:N0} values.", null, atLine - 1, atColumn - 1);
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = new List<SourceNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadNode($"{pointer}/{items.Count}"));
                }

                return new ListNode(atLine, atColumn, items);
            case JsonTokenType.StartObject:
                return ReadObject(pointer, atLine, atColumn);
            default:
                var value = Json.Read(ref reader);
                return new ScalarNode(atLine, atColumn, value is JsonString s ? s.Value : value.ToString(), value, value is JsonString ? ScalarForm.DoubleQuoted : ScalarForm.Plain);
        }
    }

    private MapNode ReadObject(string pointer, int atLine, int atColumn)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (keyLine, keyColumn) = Place();
            var name = reader.GetString()!;
            reader.Read();
            var path = $"{pointer}/{JsonPointer.Escape(name)}";
            var value = ReadNode(path);
            if (seen.TryGetValue(name, out var first))
            {
                problems.Add("language.duplicate_key", $"`{name}` is given twice; the first stands in line {first}. Keep one.", keyLine, keyColumn, path);
                continue;
            }

            seen[name] = keyLine;
            entries.Add(new MapEntry(new ScalarNode(keyLine, keyColumn, name, Json.Of(name), ScalarForm.DoubleQuoted), value));
        }

        return new MapNode(atLine, atColumn, entries);
    }

    private (int Line, int Column) Place()
    {
        for (; counted < reader.TokenStartIndex; counted++)
        {
            var unit = text[(int)counted];
            if (unit == (byte)'\n')
            {
                line++;
                column = 1;
            }
            else if ((unit & 0xC0) != 0x80)
            {
                column++;
            }
        }

        return (line, column);
    }
}
