using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Wolverine.Runtime;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A message without a handler would be lost in silence: every one has its own.</summary>
public sealed class HandlersTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public void every_instruction_and_message_has_a_handler() =>
        Unhandled(typeof(Instruction).Assembly.GetTypes().Where(type =>
            type is { IsAbstract: false, IsInterface: false } && (type.IsSubclassOf(typeof(Instruction)) || type.IsAssignableTo(typeof(IRunMessage))))).ShouldBeEmpty();

    [Fact]
    public void twin_an_instruction_without_a_handler_is_found() => Unhandled([typeof(Forgotten)]).ShouldBe([nameof(Forgotten)]);

    private IEnumerable<string> Unhandled(IEnumerable<Type> types)
    {
        var handlers = ((WolverineRuntime)server.Services.GetRequiredService<IWolverineRuntime>()).Handlers;
        return types.Where(type => !handlers.CanHandle(type)).Select(type => type.Name);
    }

    private sealed record Forgotten : Instruction;
}
