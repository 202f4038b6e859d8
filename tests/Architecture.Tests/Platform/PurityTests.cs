using Mono.Cecil;
using Mono.Cecil.Cil;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>Domain and Projections are functions of what they are given: time and chance are passed in.</summary>
public sealed class PurityTests
{
    private static readonly HashSet<string> Impure =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Environment::get_TickCount", "System.Environment::get_TickCount64",
        "System.TimeProvider::get_System", "System.TimeZoneInfo::get_Local",
    ];

    private static readonly string[] ImpureTypes =
    [
        "System.Random", "System.Diagnostics.Stopwatch", "System.Security.Cryptography.RandomNumberGenerator",
        "System.IO.File", "System.IO.Directory", "System.Net.Http.HttpClient", "System.Threading.Thread", "System.Threading.Timer",
    ];

    [Theory]
    [InlineData("Jarvis.Domain")]
    [InlineData("Jarvis.Projections")]
    public void It_reads_no_clock_and_draws_no_lot(string assembly) =>
        ImpureCalls(Solution.PathOf(assembly), _ => true).ShouldBeEmpty();

    [Fact]
    public void Twin_a_clock_and_a_lot_are_found() =>
        ImpureCalls(typeof(PurityTests).Assembly.Location, type => type.Name == nameof(Impurity))
            .ShouldBe(["Impurity.Draw: System.Random::get_Shared", "Impurity.Draw: System.Random::Next", "Impurity.Now: System.DateTimeOffset::get_UtcNow"], ignoreOrder: true);

    private static List<string> ImpureCalls(string path, Func<TypeDefinition, bool> within)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        return
        [
            .. from type in assembly.MainModule.GetTypes()
               where within(type)
               from method in type.Methods
               where method.HasBody
               from instruction in method.Body.Instructions
               let called = Called(instruction)
               where called is not null
               select $"{type.Name}.{method.Name}: {called}",
        ];
    }

    private static string? Called(Instruction instruction)
    {
        if (instruction.Operand is not MethodReference method)
        {
            return null;
        }

        var name = $"{method.DeclaringType.FullName}::{method.Name}";
        return Impure.Contains(name) || ImpureTypes.Contains(method.DeclaringType.FullName) ? name : null;
    }

    private static class Impurity
    {
        public static int Draw() => Random.Shared.Next();

        public static DateTimeOffset Now() => DateTimeOffset.UtcNow;
    }
}
