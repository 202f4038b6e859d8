using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Jarvis.Build.Testing;

/// <summary>One test that failed.</summary>
public sealed record FailedTest(string Name, string Message, string? StackTrace);

/// <summary>What a test program reported in xunit's XML (https://xunit.net/docs/format-xml-v2).</summary>
public sealed record TestReport(int Passed, int Failed, int Skipped, IReadOnlyList<FailedTest> Failures, IReadOnlyList<string> SkipReasons)
{
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
                .Select(t => Failure((string?)t.Attribute("name") ?? "?", t.Element("failure")))
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

    private static FailedTest Failure(string name, XElement? failure) =>
        new(name, failure?.Element("message")?.Value.Trim() ?? "", failure?.Element("stack-trace")?.Value.TrimEnd());
}
