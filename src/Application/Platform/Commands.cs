using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;
using JasperFx;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;

namespace Jarvis.Application.Platform;

/// <summary>
/// The one way in for instructions: looks up the kept answer, validates, invokes the handler, and answers with the position.
/// A repeat or a concurrent twin gets the first answer; other content under the same id is refused.
/// </summary>
public sealed class Commands(IServiceScopeFactory scopes, IDocumentStore store, MasterKey keys, Vault vault) : IDisposable
{
    public static readonly Refusal IdReused = new("command.id_reused", "That command id was used for something else; take a new one.", "commandId");

    private const string InvalidCode = "input.invalid";

    private const int Turns = 256;

    /// <summary>As on the wire, and numbers that stand for no value, too: an instruction with one is refused by its own check, which comes later.</summary>
    private static readonly JsonSerializerOptions Said = Saying();

    /// <summary>Twins in this process take turns, so that the second finds the answer instead of losing a race; between processes the key decides.</summary>
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1))];

    public async Task<Answer> Execute<T>(T instruction, Envelope envelope, CancellationToken cancellation)
        where T : Instruction
    {
        Instruction plain = instruction;
        var hash = keys.Hash(HashPurpose.Command, JsonSerializer.SerializeToUtf8Bytes(instruction, instruction.GetType(), Said), typeof(T).Name);
        var stamped = (T)(plain with { Envelope = envelope, ContentHash = hash });

        var turn = turns[(uint)envelope.CommandId.GetHashCode() % Turns];
        await turn.WaitAsync(cancellation);
        try
        {
            return await Say(await Kept(envelope, cancellation) ?? await Decide(stamped, cancellation), hash, cancellation);
        }
        catch (DocumentAlreadyExistsException)
        {
            // A twin was faster. If it was not a twin's answer that stood in the way, there is none to read and the error stands.
            if (await Kept(envelope, cancellation) is { } winner)
            {
                return await Say(winner, hash, cancellation);
            }

            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => Array.ForEach(turns, turn => turn.Dispose());

    private static JsonSerializerOptions Saying()
    {
        var options = new JsonSerializerOptions(EventJson.Wire);
        options.Converters.Insert(0, new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }

    private async Task<KeptAnswer> Decide<T>(T instruction, CancellationToken cancellation)
        where T : Instruction
    {
        await using var scope = scopes.CreateAsyncScope();
        if (instruction.Envelope.Reason?.Length > Instruction.MaxReasonLength)
        {
            return await RefuseInput(instruction, $"A reason has at most {Instruction.MaxReasonLength} characters.", "reason", cancellation);
        }

        foreach (var validator in scope.ServiceProvider.GetServices<IValidator<T>>())
        {
            var result = await validator.ValidateAsync(instruction, cancellation);
            if (result.Errors.FirstOrDefault() is { } error)
            {
                return await RefuseInput(instruction, error.ErrorMessage, JsonNamingPolicy.CamelCase.ConvertName(error.PropertyName), cancellation);
            }
        }

        return await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync<KeptAnswer>(instruction, cancellation);
    }

    private async Task<KeptAnswer> RefuseInput(Instruction instruction, string message, string field, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        var answer = await session.Refuse(instruction, new Refusal(InvalidCode, message, field), cancellation);
        await session.SaveChangesAsync(cancellation);
        return answer;
    }

    private async Task<KeptAnswer?> Kept(Envelope envelope, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<KeptAnswer>(KeptAnswer.IdOf(envelope), cancellation);
    }

    private async Task<Answer> Say(KeptAnswer kept, string hash, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        if (kept.ContentHash != hash)
        {
            return new Answer(await session.Head(cancellation), null, null, IdReused, null);
        }

        var position = kept is { Stream: { } stream, Version: { } version }
            ? await session.PositionOf(stream, version, cancellation)
            : kept.JudgedAt;
        var details = kept.Details is null ? null : (await vault.Unseal([kept.Details], cancellation))[0].Reveal();
        return new Answer(position, kept.Stream, kept.Subject, kept.Refusal, details);
    }
}
