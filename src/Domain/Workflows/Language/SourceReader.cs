using Jarvis.Domain.Workflows.Data;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Reads YAML 1.2 (core schema) or JSON into located nodes. Size, depth, aliases and documents are bounded.</summary>
internal sealed class SourceReader
{
    /// <summary>The longest source that is read, in characters.</summary>
    public const int MaxCharacters = 1_048_576;

    /// <summary>The deepest nesting that is read, in levels.</summary>
    public const int MaxDepth = 100;

    /// <summary>The most values a source may stand for, aliases written out.</summary>
    public const int MaxNodes = 100_000;

    private const string MergeKey = "<<";

    private readonly ProblemList problems;
    private readonly Dictionary<string, SourceNode> anchors = new(StringComparer.Ordinal);
    private readonly Parser parser;
    private readonly string source;
    private long nodes;

    private SourceReader(string source, ProblemList problems)
    {
        this.problems = problems;
        this.source = source;
        parser = new Parser(new StringReader(source));
    }

    /// <summary>The root, or null where the text could not be read; then the problems say why.</summary>
    public static SourceNode? Read(string source, ProblemList problems)
    {
        if (source.Length > MaxCharacters)
        {
            problems.Add("language.too_large", $"The workflow is {source.Length:N0} characters long; {MaxCharacters:N0} are allowed.", 1, 1, null);
            return null;
        }

        source = source is ['\uFEFF', ..] ? source[1..] : source;
        return IsJson(source) ? LocatedJson.Read(source, problems) : new SourceReader(source, problems).ReadDocument();
    }

    /// <summary>
    /// JSON is nearly a subset of YAML, but its mistakes are better told by a JSON reader, and its escapes read by its rules. A brace
    /// with a quoted name after it is taken for JSON; with a bare name it can only be YAML.
    /// </summary>
    private static bool IsJson(string source)
    {
        var text = source.AsSpan().TrimStart();
        return text is ['{', ..] && text[1..].TrimStart() is ['"', ..] or ['/', '/' or '*', ..];
    }

    private SourceNode? ReadDocument()
    {
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                problems.Add("language.syntax", "The file is empty. A workflow begins with `document:` and `do:`.", 1, 1, null);
                return null;
            }

            parser.Consume<DocumentStart>();
            var root = ReadNode("", 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                var mark = parser.Current?.Start ?? Mark.Empty;
                Syntax("The file holds more than one YAML document; one workflow is one document. Remove everything from this `---` on.", mark);
                return null;
            }

            return root;
        }
        catch (YamlException e)
        {
            var (line, column, hint) = SyntaxHint.Of(source, Line(e.Start), Column(e.Start), e.Message);
            problems.Add("language.syntax", $"This is not YAML: {Sentence(e)}{hint}", line, column, null);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The YAML parser loses its way in some broken texts and says so with these instead of with its own exception.
            var end = parser.Current?.End ?? Mark.Empty;
            var (line, column, hint) = SyntaxHint.Of(source, Line(end), Column(end), e.Message);
            problems.Add("language.syntax", $"This is not YAML: the text cannot be read on from here.{hint}", line, column, null);
            return null;
        }
        catch (TooMuch e)
        {
            problems.Add("language.too_large", e.Message, e.Line, e.Column, null);
            return null;
        }
    }

    private SourceNode ReadNode(string pointer, int depth)
    {
        var at = parser.Current is null && !parser.MoveNext() ? Mark.Empty : parser.Current!.Start;
        if (depth > MaxDepth)
        {
            throw new TooMuch($"The nesting is deeper than {MaxDepth} levels.", at);
        }

        if (++nodes > MaxNodes)
        {
            throw new TooMuch($"The workflow holds more than {MaxNodes:N0} values.", at);
        }

        var node = ReadContent(pointer, depth, out var anchor);
        if (anchor is not null)
        {
            anchors[anchor] = node;
        }

        return node;
    }

    private SourceNode ReadContent(string pointer, int depth, out string? anchor)
    {
        anchor = null;
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!anchors.TryGetValue(alias.Value.Value, out var meant))
            {
                Syntax($"The alias *{alias.Value.Value} names no anchor that stands complete before it. A value that begins with * needs quotes.", alias.Start, pointer);
                return new ScalarNode(Line(alias.Start), Column(alias.Start), "", Json.Null, ScalarForm.Plain);
            }

            nodes += meant.Weight;
            if (nodes > MaxNodes)
            {
                throw new TooMuch($"With its aliases written out, the workflow holds more than {MaxNodes:N0} values.", alias.Start);
            }

            return meant;
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            anchor = scalar.Anchor.IsEmpty ? null : scalar.Anchor.Value;
            return ToScalar(scalar, pointer);
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            anchor = sequence.Anchor.IsEmpty ? null : sequence.Anchor.Value;
            var items = new List<SourceNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode($"{pointer}/{items.Count}", depth + 1));
            }

            return new ListNode(Line(sequence.Start), Column(sequence.Start), items);
        }

        var mapping = parser.Consume<MappingStart>();
        anchor = mapping.Anchor.IsEmpty ? null : mapping.Anchor.Value;
        return ReadMapping(mapping, pointer, depth);
    }

    private MapNode ReadMapping(MappingStart mapping, string pointer, int depth)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        var merged = new List<MapEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.Accept<Scalar>(out var keyEvent))
            {
                var strange = ReadNode(pointer, depth + 1);
                Wrong("language.wrong_type", $"A key must be a single word or text, not {strange.Described}.", strange, pointer);
                _ = ReadNode(pointer, depth + 1);
                continue;
            }

            var key = new ScalarNode(Line(keyEvent.Start), Column(keyEvent.Start), keyEvent.Value, Json.Of(keyEvent.Value), Form(keyEvent.Style));
            parser.MoveNext();
            var value = ReadNode($"{pointer}/{JsonPointer.Escape(key.Text)}", depth + 1);
            if (key is { Text: MergeKey, Form: ScalarForm.Plain })
            {
                Merge(value, key, merged, pointer);
            }
            else if (seen.TryGetValue(key.Text, out var first))
            {
                Wrong("language.duplicate_key", $"`{key.Text}` is given twice; the first stands in line {first.Line}. Keep one.", key, $"{pointer}/{JsonPointer.Escape(key.Text)}");
            }
            else
            {
                seen[key.Text] = key;
                entries.Add(new MapEntry(key, value));
            }
        }

        // What the mapping has itself goes before what it merges, and an earlier source before a later one.
        entries.AddRange(merged.Where(one => seen.TryAdd(one.Key.Text, one.Key)));
        return new MapNode(Line(mapping.Start), Column(mapping.Start), entries);
    }

    /// <summary>The merge key of YAML 1.1 (`&lt;&lt;: *base`), which version 1.2 dropped and people still write.</summary>
    private void Merge(SourceNode value, ScalarNode key, List<MapEntry> merged, string pointer)
    {
        foreach (var from in value is ListNode list ? list.Items : [value])
        {
            if (from is MapNode map)
            {
                merged.AddRange(map.Entries);
            }
            else
            {
                Wrong("language.wrong_type", $"`<<` merges an object, or a list of objects, not {from.Described}.", key, $"{pointer}/{MergeKey}");
            }
        }
    }

    private ScalarNode ToScalar(Scalar scalar, string pointer)
    {
        var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.Value;
        var plain = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any;
        Json value = tag switch
        {
            null or "?" => plain ? PlainScalar.Read(scalar.Value) : Json.Of(scalar.Value),
            "!" or "tag:yaml.org,2002:str" => Json.Of(scalar.Value),
            "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:null" => PlainScalar.Read(scalar.Value),
            _ => Json.Null,
        };
        var node = new ScalarNode(Line(scalar.Start), Column(scalar.Start), scalar.Value, value, Form(scalar.Style));
        if (tag is not null && value is JsonNull && !tag.EndsWith(":null", StringComparison.Ordinal))
        {
            Wrong("language.syntax", $"The YAML tag {tag} is not known. A value that begins with ! needs quotes.", node, pointer);
        }

        return node;
    }

    private static ScalarForm Form(ScalarStyle style) => style switch
    {
        ScalarStyle.SingleQuoted => ScalarForm.SingleQuoted,
        ScalarStyle.DoubleQuoted => ScalarForm.DoubleQuoted,
        ScalarStyle.Literal => ScalarForm.Literal,
        ScalarStyle.Folded => ScalarForm.Folded,
        _ => ScalarForm.Plain,
    };

    private static int Line(Mark mark) => Math.Max(1, (int)mark.Line);

    private static int Column(Mark mark) => Math.Max(1, (int)mark.Column);

    private static string Sentence(YamlException e)
    {
        var text = (e.InnerException ?? e).Message;
        // YamlDotNet puts "(Line: …) - (Line: …): " in front; the place is told by the problem itself.
        var start = text.LastIndexOf("): ", StringComparison.Ordinal);
        var sentence = (start < 0 ? text : text[(start + 3)..]).TrimEnd('.') + ".";
        // The mistake that everybody makes once: an expression that builds an object, without quotes around it.
        return sentence.Contains("invalid mapping", StringComparison.Ordinal)
            ? $"{sentence} A colon followed by a space begins a mapping: put the whole text in quotes, such as `'${{ {{ total: .sum }} }}'`."
            : sentence;
    }

    private void Syntax(string message, Mark mark, string? pointer = null) =>
        problems.Add("language.syntax", message, Line(mark), Column(mark), pointer);

    private void Wrong(string code, string message, SourceNode node, string pointer) =>
        problems.Add(code, message, node.Line, node.Column, pointer);

    private sealed class TooMuch(string message, Mark mark) : Exception(message)
    {
        public int Line => SourceReader.Line(mark);

        public int Column => SourceReader.Column(mark);
    }
}
