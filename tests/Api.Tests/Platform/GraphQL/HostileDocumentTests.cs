using System.Diagnostics;
using System.Text;
using Jarvis.Api.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>Documents that would hold a core for minutes are refused before they are validated.</summary>
public sealed class HostileDocumentTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    public static TheoryData<string, string> Documents => new()
    {
        { "fragments that double each other", DoubledSpreads(40) },
        { "fragments in a ring", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }" },
        { "a fragment in itself", "{ ...a } fragment a on Query { viewer { ...a } }" },
        { "20,000 fields", "{ " + string.Concat(Enumerable.Repeat("__typename ", 2_900)) + "}" },
        { "thousands of aliases", "{ " + string.Concat(Enumerable.Range(0, 200).Select(i => $"a{i}: position ")) + "}" },
        { "deep fields", string.Concat(Enumerable.Repeat("{ a ", 60)) + string.Concat(Enumerable.Repeat("} ", 60)) },
        { "deeper than the parser goes", string.Concat(Enumerable.Repeat("{ a ", 3_000)) },
        { "deep through fragments", DeepThroughFragments(30) },
        { "many operations", string.Concat(Enumerable.Range(0, 20).Select(i => $"query q{i} {{ position }} ")) },
        { "many roots", "{ " + string.Concat(Enumerable.Repeat("position ", 30)) + "}" },
        { "directives on directives", "{ position " + string.Concat(Enumerable.Repeat("@include(if: true) ", 100)) + "}" },
        { "pages in pages in pages", "{ runs(first: 100) { nodes { tasks(first: 100) { nodes { instance } } log(first: 100) { nodes { text } } } } }" },
        { "the schema times itself", "{ __schema { types { fields { type { fields { name } } } } } }" },
        { "the schema times itself, through a fragment", "{ __type(name: \"Run\") { ...t } } fragment t on __Type { fields { type { ...u } } } fragment u on __Type { inputFields { name } }" },
        { "a very long document", "{ position #" + new string('x', 40_000) + "\n}" },
        { "a deep literal", "{ workflow(name: " + new string('[', 5_000) + new string(']', 5_000) + ") { id } }" },
        { "tokens without end", "{ position(" + new string('!', 20_000) + ") }" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void it_is_refused_soon(string what, string document)
    {
        DocumentGuard.Check("{ position }", null);
        var (admitted, refusal) = DocumentGuard.Check(document, null);
        // What is slow is slow every time; the machine is busy now and then.
        Enumerable.Range(0, 3).Min(_ =>
        {
            var began = Stopwatch.GetTimestamp();
            DocumentGuard.Check(document, null);
            return Stopwatch.GetElapsedTime(began);
        }).ShouldBeLessThan(Soon, what);
        admitted.ShouldBeNull(what);
        refusal!.Code.ShouldStartWith("graphql.");
    }

    [Fact]
    public void the_introspection_of_common_clients_is_admitted()
    {
        const string Introspection = """
            query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } }
            fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
              inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
            fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
            fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }
            """;
        DocumentGuard.Check(Introspection, null).Refusal.ShouldBeNull();
    }

    [Fact]
    public void page_sizes_count_through_variables_too()
    {
        const string Document = "query($n: Int) { runs(first: $n) { nodes { tasks(first: $n) { nodes { instance } } log(first: $n) { nodes { text } } } } }";
        DocumentGuard.Check(Document, new Dictionary<string, object?> { ["n"] = 10 }).Refusal.ShouldBeNull();
        DocumentGuard.Check(Document, new Dictionary<string, object?> { ["n"] = 100 }).Refusal!.Code.ShouldBe("graphql.too_complex");
    }

    private static string DoubledSpreads(int count)
    {
        var text = new StringBuilder("{ ...f0 }");
        for (var i = 0; i < count; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}");
        }

        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $" fragment f{count} on Query {{ position }}").ToString();
    }

    private static string DeepThroughFragments(int count)
    {
        var text = new StringBuilder("{ ...f0 }");
        for (var i = 0; i < count; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" fragment f{i} on Run {{ parent {{ ...f{i + 1} }} }}");
        }

        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $" fragment f{count} on Run {{ id }}").ToString();
    }
}
