using Jarvis.Api.Platform.GraphQL;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

public sealed class SchemaTests
{
    /// <summary>Set to write the file anew instead of comparing: <c>JARVIS_WRITE_SCHEMA=1</c>.</summary>
    private const string WriteVariable = "JARVIS_WRITE_SCHEMA";

    [Fact]
    public void the_checked_in_schema_is_the_servers()
    {
        var schema = new JarvisSchema();
        schema.Initialize();
        var file = Paths.In("src", "Api", "schema.graphql");
        var text = SchemaText.Of(schema);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(file, text);
        }

        text.ShouldBe(File.ReadAllText(file).ReplaceLineEndings("\n"));
    }
}
