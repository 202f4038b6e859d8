using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

public sealed class ArrowTests
{
    public static TheoryData<string> Projects => [.. Solution.Arrows.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_names_only_the_projects_that_its_arrows_allow(string project)
    {
        var named = Solution.Load(project).GetReferencedAssemblies().Select(reference => reference.Name!);

        AgainstTheArrows(project, named).ShouldBeEmpty();
    }

    [Fact]
    public void The_domain_knows_no_database_bus_web_or_log()
    {
        var named = Solution.Load("Jarvis.Domain").GetReferencedAssemblies().Select(reference => reference.Name!);

        ImpureIn(named).ShouldBeEmpty();
    }

    [Fact]
    public void Twin_an_arrow_that_points_the_wrong_way_is_found() =>
        AgainstTheArrows("Jarvis.Domain", ["System.Runtime", "Jarvis.Application"]).ShouldBe(["Jarvis.Application"]);

    [Fact]
    public void Twin_a_domain_that_names_the_store_is_found() =>
        ImpureIn(["System.Runtime", "Marten", "Microsoft.Extensions.Logging.Abstractions"])
            .ShouldBe(["Marten", "Microsoft.Extensions.Logging.Abstractions"]);

    private static IEnumerable<string> AgainstTheArrows(string project, IEnumerable<string> named) =>
        named.Where(Solution.Arrows.ContainsKey).Except(Solution.Arrows[project]);

    private static IEnumerable<string> ImpureIn(IEnumerable<string> named)
    {
        string[] impure =
        [
            "Marten", "Wolverine", "JasperFx", "Npgsql", "Dapper", "Microsoft.AspNetCore", "Microsoft.Extensions",
            "System.Net.Http", "System.Data", "Microsoft.Data", "Microsoft.EntityFrameworkCore", "Hangfire", "GraphQL", "Serilog",
        ];
        return named.Where(name => impure.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
