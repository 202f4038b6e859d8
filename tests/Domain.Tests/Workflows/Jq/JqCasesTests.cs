using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Jq;

/// <summary>What programs give, case by case, as <c>JqCases.txt</c> tells it.</summary>
public sealed class JqCasesTests
{
    public static TheoryData<string, string, string> Cases()
    {
        using var stream = typeof(JqCasesTests).Assembly.GetManifestResourceStream(
            typeof(JqCasesTests).Assembly.GetManifestResourceNames().Single(n => n.EndsWith("JqCases.txt", StringComparison.Ordinal)))!;
        var text = new StreamReader(stream).ReadToEnd();
        var cases = new TheoryData<string, string, string>();
        foreach (var paragraph in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = paragraph.Split('\n').Where(l => l.Length > 0 && l[0] != '#').ToArray();
            if (lines.Length >= 2)
            {
                cases.Add(lines[0], lines[1], string.Join('\n', lines[2..]));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void a_program_gives_what_jq_gives(string program, string input, string expected)
    {
        var got = new List<string>();
        try
        {
            foreach (var result in JqProgram.Compile(program).Evaluate(Json.Parse(input)))
            {
                got.Add($"=> {Plain(result)}");
            }
        }
        catch (JqException error)
        {
            got.Add($"!! {error.Message}");
        }

        var wanted = expected.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.StartsWith("=> ", StringComparison.Ordinal) ? $"=> {Plain(Json.Parse(l[3..]))}" : l);
        got.ShouldBe(wanted);
    }

    [Fact]
    public void the_cases_are_found() => Cases().Count.ShouldBeGreaterThan(100);

    [Fact]
    public void a_backslash_carries_a_comment_on_to_the_next_line() =>
        JqProgram.Compile("1 # one \\\n + 1\n + 2 # two \\\\\n + 3").EvaluateFirst(Json.Null).ShouldBe(Json.Of(6));

    /// <summary>Numbers by their value: 1.0 is as good as 1.</summary>
    private static string Plain(Json value) => value switch
    {
        JsonNumber number => JsonNumber.Format(number.Value),
        JsonArray array => $"[{string.Join(',', array.Items.Select(Plain))}]",
        JsonObject members => $"{{{string.Join(',', members.Members.Select(m => $"{Json.Of(m.Key)}:{Plain(m.Value)}"))}}}",
        _ => value.ToString(),
    };
}
