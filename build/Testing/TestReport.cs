using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Jarvis.Build.Testing;

/// <summary>One test that failed.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Message">Why.</param>
/// <param name="StackTrace">Where.</param>
/// <param name="Method">Type and method, by which the test can be run alone; null for what is not a test (a fixture, a crash).</param>
/// <param name="SecondGo">False where chance is the test itself (<see cref="TestReport.NoSecondGo"/>): one failure is a finding.</param>
public sealed record FailedTest(string Name, string Message, string? StackTrace, string? Method = null, bool SecondGo = false);

/// <summary>What a test program reported in xunit's XML (https://xunit.net/docs/format-xml-v2).</summary>
public sealed record TestReport(int Passed, int Failed, int Skipped, IReadOnlyList<FailedTest> Failures, IReadOnlyList<string> SkipReasons)
{
    /// <summary>The trait, with any value, of tests that attack at random: kills, races, drawn input.</summary>
    public const string NoSecondGo = "NoSecondGo";

    // More than these at once are no accident.
    private const int MostForASecondGo = 3;

    /// <summary>The tests to run once more, alone: a machine that was busy for a moment lets a test of real processes fail. None if the failures are more than an accident.</summary>
    public IReadOnlyList<string> ForASecondGo =>
        Failures.Count <= MostForASecondGo && Failures.All(failure => failure is { SecondGo: true, Method: not null })
            ? [.. Failures.Select(failure => failure.Method!).Distinct()]
            : [];

    /// <summary>
    /// This report after its failed tests ran once more. Whatever failed again stays a failure, with its first message; the sum of tests is unchanged.
    /// </summary>
    public TestReport After(TestReport secondGo)
    {
        var again = secondGo.Failures.Any(failure => failure.Method is null)
            ? Failures
            : [.. Failures.Where(failure => secondGo.Failures.Any(second => second.Name == failure.Name))];
        return secondGo.Passed + secondGo.Failed < Failures.Count
            ? this
            : this with { Passed = Passed + Failures.Count - again.Count, Failed = again.Count, Failures = again, Unsteady = [.. Failures.Except(again)] };
    }

    /// <summary>Tests that failed and then passed alone: to be mended as well.</summary>
    public IReadOnlyList<FailedTest> Unsteady { get; private init; } = [];

    /// <summary>Reads a report; a test program that ended without a whole one, or with an exit code that its report does not explain, is one failure.</summary>
    public static TestReport Read(string project, string file, int exitCode, string output)
    {
        if (!File.Exists(file))
        {
            return Crashed(project, exitCode, output);
        }

        try
        {
            var assemblies = XDocument.Load(file).Root!.Elements("assembly").ToArray();
            int Sum(string name) => assemblies.Sum(a => int.Parse(a.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture));
            var failures = assemblies.Descendants("test").Where(t => (string?)t.Attribute("result") == "Fail")
                .Select(t => Failure((string?)t.Attribute("name") ?? "?", t.Element("failure")) with { Method = Method(t), SecondGo = !IsExcluded(t) })
                .Concat(assemblies.Descendants("error")
                    .Select(e => Failure($"{(string?)e.Attribute("type")} {(string?)e.Attribute("name")}".Trim(), e.Element("failure"))))
                .ToList();
            var skipped = assemblies.Descendants("test").Select(t => t.Element("reason")?.Value).OfType<string>().ToList();
            if (exitCode != 0 && failures.Count == 0)
            {
                return Crashed(project, exitCode, output) with { Passed = Sum("passed"), Skipped = Sum("skipped") };
            }

            return new TestReport(Sum("passed"), failures.Count, Sum("skipped"), failures, skipped);
        }
        catch (XmlException)
        {
            return Crashed(project, exitCode, output);
        }
    }

    private static TestReport Crashed(string project, int exitCode, string output) =>
        new(0, 1, 0, [new FailedTest(project, $"The test program ended with exit code {exitCode} and no whole report.\n{output}", null)], []);

    private static string? Method(XElement test) =>
        (string?)test.Attribute("type") is { } type && (string?)test.Attribute("method") is { } method ? $"{type}.{method}" : null;

    private static bool IsExcluded(XElement test) =>
        test.Element("traits")?.Elements("trait").Any(trait => (string?)trait.Attribute("name") == NoSecondGo) ?? false;

    private static FailedTest Failure(string name, XElement? failure) =>
        new(name, failure?.Element("message")?.Value.Trim() ?? "", failure?.Element("stack-trace")?.Value.TrimEnd());
}
