using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>What every mutation's input has.</summary>
public abstract record MutationInput
{
    /// <summary>Chosen by the client. The same id again gives the first answer; with other content it is refused.</summary>
    public required Guid CommandId { get; init; }

    /// <summary>The position the person had seen.</summary>
    public Position? Seen { get; init; }

    /// <summary>Why, in the person's words.</summary>
    public string? Reason { get; init; }
}

/// <summary>What every mutation answers.</summary>
[Name("Payload")]
public interface IPayload
{
    Position Position { get; }
}

/// <summary>Gives an instruction for the caller and turns its answer into a payload, or its refusal into an error.</summary>
public static class Mutating
{
    public static async Task<Answer> Give<T>(this IResolveFieldContext context, MutationInput input, T instruction)
        where T : Instruction
    {
        var caller = context.Caller();
        var envelope = new Envelope(input.CommandId, caller.AccountId, null, caller.DeviceId, input.Reason, input.Seen?.Value);
        var answer = await context.Service<Commands>().Execute(instruction, envelope, context.CancellationToken);
        return answer.Refusal is null ? answer : throw new RefusalError(answer.Refusal, More(answer));
    }

    private static Dictionary<string, object?> More(Answer answer)
    {
        var more = new Dictionary<string, object?>
        {
            ["position"] = answer.Position.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (answer.Details is JsonArray problems)
        {
            more["problems"] = problems;
        }

        return more;
    }
}
