using System.Text;
using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQL.Validation.Rules;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;

namespace Jarvis.TypedGraphQL;

/// <summary>From documents to C# files: read, judged against the schema by the specification's rules, written.</summary>
public static class Generation
{
    /// <summary>Writes what changed; returns the mistakes, and then leaves the files as they were.</summary>
    public static async Task<IReadOnlyList<Problem>> RunAsync(GenerationOrder order)
    {
        var sdl = await File.ReadAllTextAsync(order.Schema);
        var definitions = Parser.Parse(sdl).Definitions;
        var schema = Schema.For(sdl, builder =>
        {
            foreach (var field in definitions.OfType<GraphQLObjectTypeDefinition>().Where(type => type.Name.StringValue == "Subscription").SelectMany(type => type.Fields?.Items ?? []))
            {
                builder.Types.For("Subscription").FieldFor(field.Name.StringValue).StreamResolver = new NoStream();
            }
        });
        foreach (var scalar in definitions.OfType<GraphQLScalarTypeDefinition>())
        {
            schema.RegisterType(new NamedScalar(scalar.Name.StringValue));
        }

        schema.Initialize();
        var documents = new List<SourceDocument>();
        foreach (var file in order.Documents)
        {
            documents.Add(await SourceDocument.ReadAsync(file, order.Namespace, order.Root, isOwn: true));
        }

        foreach (var (name, root, file) in order.Shared)
        {
            documents.Add(await SourceDocument.ReadAsync(file, name, root, isOwn: false));
        }

        var problems = documents.Where(document => document.Problem is not null).Select(document => document.Problem!).ToList();
        if (problems.Count == 0)
        {
            problems = await JudgeAsync(schema, documents);
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var fragments = documents.SelectMany(document => document.Fragments.Select(fragment => new KnownFragment(document, fragment)))
            .ToDictionary(known => known.Fragment.FragmentName.Name.StringValue, StringComparer.Ordinal);
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in documents.Where(document => document.IsOwn))
        {
            var writer = new DocumentWriter(schema, fragments, document);
            var text = writer.Write();
            if (writer.Problems.Count > 0)
            {
                problems.AddRange(writer.Problems);
                continue;
            }

            written[document.OutputName] = text;
        }

        if (problems.Count == 0)
        {
            if (order.Types)
            {
                written["Schema.g.cs"] = SchemaWriter.Write(schema, order.Namespace);
            }

            Keep(order.Out, written);
        }

        return problems;
    }

    /// <summary>Unchanged files keep their time stamp, so that nothing is compiled again for them.</summary>
    private static void Keep(string folder, Dictionary<string, string> written)
    {
        Directory.CreateDirectory(folder);
        foreach (var stray in Directory.EnumerateFiles(folder, "*.g.cs").Where(file => !written.ContainsKey(Path.GetFileName(file))))
        {
            File.Delete(stray);
        }

        foreach (var (name, text) in written)
        {
            var file = Path.Combine(folder, name);
            if (!File.Exists(file) || File.ReadAllText(file) != text)
            {
                File.WriteAllText(file, text);
            }
        }
    }

    private static async Task<List<Problem>> JudgeAsync(ISchema schema, List<SourceDocument> documents)
    {
        // One document of all definitions, so that fragments are found wherever they stand; lines are told apart again below.
        var all = new StringBuilder();
        var starts = new List<(int Line, SourceDocument Document)>();
        var line = 1;
        foreach (var document in documents)
        {
            starts.Add((line, document));
            all.Append(document.Text).Append('\n');
            line += document.Text.Count(c => c == '\n') + 1;
        }

        var merged = Parser.Parse(all.ToString());
        // A library's fragments are for others to use.
        var rules = DocumentValidator.CoreRules.Where(rule => rule is not NoUnusedFragments).ToList();
        var found = new List<Problem>();
        var operations = merged.Definitions.OfType<GraphQLOperationDefinition>().ToList();
        if (operations.Count == 0)
        {
            return found;
        }

        var result = await new DocumentValidator().ValidateAsync(new ValidationOptions
        {
            Schema = schema,
            Document = merged,
            Operation = operations[0],
            Rules = rules,
            UserContext = new Dictionary<string, object?>(),
            Variables = Inputs.Empty,
        });
        // The values of variables are given when the app runs.
        foreach (var error in result.Errors.Where(error => error is not InvalidVariableError))
        {
            var place = error.Locations?.FirstOrDefault() ?? new Location(1, 1);
            var (start, document) = starts.Last(pair => pair.Line <= place.Line);
            found.Add(new Problem(document.File, place.Line - start + 1, place.Column, error.Message.ReplaceLineEndings(" ")));
        }

        return [.. found.Distinct()];
    }

    /// <summary>The library insists on one; nothing is ever executed here.</summary>
    private sealed class NoStream : ISourceStreamResolver
    {
        public ValueTask<IObservable<object?>> ResolveAsync(IResolveFieldContext context) => throw new NotSupportedException();
    }

    /// <summary>One of the schema's own scalars: here only its name counts.</summary>
    private sealed class NamedScalar : ScalarGraphType
    {
        public NamedScalar(string name) => Name = name;

        public override object? ParseValue(object? value) => value;

        public override object? ParseLiteral(GraphQLValue value) => value;

        public override bool CanParseLiteral(GraphQLValue value) => true;
    }
}

/// <summary>A fragment with the file that it stands in.</summary>
public sealed record KnownFragment(SourceDocument Document, GraphQLFragmentDefinition Fragment);

/// <summary>One <c>.graphql</c> file.</summary>
public sealed class SourceDocument
{
    private SourceDocument(string file, string text, string contextNamespace, bool isOwn, string outputName)
    {
        (File, Text, Namespace, IsOwn, OutputName) = (file, text, contextNamespace, isOwn, outputName);
    }

    public string File { get; }

    public string Text { get; }

    /// <summary>The project's root and the document's folders.</summary>
    public string Namespace { get; }

    public bool IsOwn { get; }

    public string OutputName { get; }

    public Problem? Problem { get; private set; }

    public IReadOnlyList<GraphQLFragmentDefinition> Fragments { get; private set; } = [];

    public IReadOnlyList<GraphQLOperationDefinition> Operations { get; private set; } = [];

    public static async Task<SourceDocument> ReadAsync(string file, string rootNamespace, string root, bool isOwn)
    {
        var text = (await System.IO.File.ReadAllTextAsync(file)).ReplaceLineEndings("\n");
        var relative = Path.GetRelativePath(root, file);
        var folders = Path.GetDirectoryName(relative)!.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var document = new SourceDocument(
            file, text, string.Join('.', [rootNamespace, .. folders]), isOwn,
            relative.Replace(Path.DirectorySeparatorChar, '.').Replace(".graphql", ".g.cs", StringComparison.Ordinal));
        try
        {
            var parsed = Parser.Parse(text);
            document.Fragments = [.. parsed.Definitions.OfType<GraphQLFragmentDefinition>()];
            document.Operations = [.. parsed.Definitions.OfType<GraphQLOperationDefinition>()];
            if (document.Operations.FirstOrDefault(operation => operation.Name is null) is { } anonymous)
            {
                document.Problem = document.At(anonymous, "An operation needs a name.");
            }
        }
        catch (GraphQLSyntaxErrorException e)
        {
            document.Problem = new Problem(file, e.Location.Line, e.Location.Column, e.Description);
        }

        return document;
    }

    public Problem At(ASTNode node, string message)
    {
        var before = Text[..node.Location.Start];
        return new Problem(File, before.Count(c => c == '\n') + 1, node.Location.Start - (before.LastIndexOf('\n') + 1) + 1, message);
    }
}
