using System.Globalization;
using System.Text.Json;
using GraphQL;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Workflows.Data;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

namespace Jarvis.Api.Platform.Operations;

/// <summary>A message that could not be handled.</summary>
/// <param name="Type">What kind of message it is.</param>
/// <param name="Queue">Where it was to be handled.</param>
/// <param name="Error">The kind of error it failed with; its text stands in the server's log alone.</param>
/// <param name="Replaying">Whether it was put back and is about to be handled again.</param>
/// <param name="Facts">What it says in ids, numbers, times and yes or no; texts and anything sealed are left out.</param>
[Name("DeadLetter")]
public sealed record DeadLetterNode(Guid Id, string Type, string? Queue, DateTimeOffset SentAt, int Attempts, string? Error, bool Replaying, Json Facts)
{
    private const int MostFacts = 20;

    private const int MostBytes = 64 * 1024;

    internal static DeadLetterNode Of(DeadLetterEnvelope letter) => new(
        letter.Id, letter.MessageType, letter.ReceivedAt, letter.SentAt, letter.Envelope.Attempts, letter.ExceptionType, letter.Replayable, FactsOf(letter.Envelope.Data));

    private static Json FactsOf(byte[]? data)
    {
        if (data is not { Length: > 0 and < MostBytes })
        {
            return JsonObject.Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? JsonObject.Empty
                : Json.Of([.. document.RootElement.EnumerateObject().Where(member => IsFact(member.Value)).Take(MostFacts).Select(member => (member.Name, Json.From(member.Value)))]);
        }
        catch (JsonException)
        {
            // What could not be read may be why it failed.
            return JsonObject.Empty;
        }
    }

    private static bool IsFact(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => true,
        JsonValueKind.String => value.TryGetGuid(out _) || value.TryGetDateTimeOffset(out _),
        _ => false,
    };
}

[Name("DeadLetterEdge")]
public sealed record DeadLetterEdge(DeadLetterNode Node, string Cursor) : Edge<DeadLetterNode>(Node, Cursor);

[Name("DeadLetterConnection")]
public sealed class DeadLetterConnection(IReadOnlyList<DeadLetterEdge> edges, PageInfo pageInfo, Position asOf, int total)
    : Connection<DeadLetterNode, DeadLetterEdge>(edges, pageInfo, asOf)
{
    public Count TotalCount => new(total, true);
}

/// <summary>The dead letters as the bus keeps them.</summary>
public static class DeadLetterList
{
    /// <param name="after">The bus pages by number, so a cursor is the number of a letter in its order.</param>
    public static async Task<DeadLetterConnection> Page(IResolveFieldContext context, int? first, string? after)
    {
        var page = PageRequest.Of(first, after, null, null, "dead letters");
        var begin = page.PlaceAsNumber() is not { } place ? 0 : place is >= 0 and <= int.MaxValue - GraphQLLimits.PageMax ? (int)place : throw PageRequest.InvalidCursor("after");
        var number = (begin / page.Size) + 1;
        var found = await context.Service<IMessageStore>().DeadLetters.QueryAsync(
            new DeadLetterEnvelopeQuery { PageNumber = number, PageSize = page.Size }, context.CancellationToken);
        var offset = (number - 1) * page.Size;
        var edges = found.Envelopes
            .Select((letter, i) => new DeadLetterEdge(DeadLetterNode.Of(letter), page.CursorOf((offset + i + 1).ToString(CultureInfo.InvariantCulture))))
            .Skip(begin - offset).ToList();
        return new DeadLetterConnection(
            edges, new PageInfo(offset + found.Envelopes.Count < found.TotalCount, begin > 0, edges is [var one, ..] ? one.Cursor : null, edges is [.., var last] ? last.Cursor : null),
            new Position(await context.Service<ReadPoints>().Head(context.CancellationToken)), found.TotalCount);
    }
}
