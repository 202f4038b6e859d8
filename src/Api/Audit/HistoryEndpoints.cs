using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Audit;

/// <summary>
/// The history as NDJSON CloudEvents with positions: one stream for its owner, everything for an administrator. Events are read and sent a
/// page at a time and the next page is read only once the last was taken, so memory does not grow with the history.
/// </summary>
public static class HistoryEndpoints
{
    private const int PageEvents = 500;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public static void MapHistory(this WebApplication app)
    {
        var audit = app.MapGroup("/audit").WithTags("History").RequireAuthorization(SignInSetup.PersonPolicy);
        audit.MapGet("/streams/{id:guid}", OfStream).WithSummary("Every event of one stream, in order").Produces(200, contentType: "application/x-ndjson").ProducesProblem(404);
        audit.MapGet("/events", OfSpan).RequireAuthorization(SignInSetup.AdministratorPolicy)
            .WithSummary("Every settled event by position, from one to another, both included; content sealed").Produces(200, contentType: "application/x-ndjson").ProducesProblem(422);
    }

    private static async Task OfStream(Guid id, HttpContext context, RecordedEvents recorded, ViewReader views)
    {
        var caller = context.Caller()!;
        var cancel = context.RequestAborted;
        var page = await recorded.After(id, 0, null, PageEvents, cancel);
        var owner = page.Count == 0 ? null : await OwnerOf(id, page[0], recorded, cancel);
        if (owner is null || (owner != caller.AccountId && !caller.IsAdministrator))
        {
            await ProblemAnswers.Of(StatusCodes.Status404NotFound, new Refusal("stream.not_found", "There is no such history.")).ExecuteAsync(context);
            return;
        }

        Begin(context);
        while (page.Count > 0)
        {
            await Send(context, owner == caller.AccountId ? await recorded.Unseal(page, cancel) : page, owner == caller.AccountId);
            page = await recorded.After(id, page[^1].Version, null, PageEvents, cancel);
        }
    }

    private static async Task OfSpan(string? from, string? to, HttpContext context, RecordedEvents recorded, ViewProgress progress)
    {
        var cancel = context.RequestAborted;
        if (!TryRead(from, 1, out var first) || !TryRead(to, long.MaxValue, out var last) || first > last)
        {
            await ProblemAnswers.Of(
                StatusCodes.Status422UnprocessableEntity, new Refusal("input.invalid", "Give positions: from, to, or both, the lower first.", "from")).ExecuteAsync(context);
            return;
        }

        // Below the high-water mark nothing can appear any more: the same span is the same answer for good.
        last = Math.Min(last, progress.Settled);
        Begin(context);
        var after = first - 1;
        while (after < last)
        {
            var page = await recorded.Between(after, last, PageEvents, cancel);
            if (page.Count == 0)
            {
                return;
            }

            await Send(context, page, isClear: false);
            after = page[^1].Position;
        }
    }

    private static bool TryRead(string? text, long otherwise, out long position)
    {
        position = otherwise;
        return string.IsNullOrEmpty(text) || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out position);
    }

    private static void Begin(HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
    }

    private static async Task Send(HttpContext context, IReadOnlyList<RecordedEvent> events, bool isClear)
    {
        var body = context.Response.BodyWriter;
        foreach (var e in events)
        {
            Write(body, e, isClear);
        }

        // Waits while the client does not take it, and so holds back the next read.
        await body.FlushAsync(context.RequestAborted);
    }

    private static void Write(System.IO.Pipelines.PipeWriter body, RecordedEvent e, bool isClear)
    {
        using (var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("specversion"u8, "1.0"u8);
            writer.WriteString("id"u8, e.EventId);
            writer.WriteString("source"u8, $"/streams/{e.Stream}");
            writer.WriteString("subject"u8, (e.Data is Domain.Runs.IExecutionEvent ? StreamIds.RunOf(e.Stream) : e.Stream).ToString());
            writer.WriteString("type"u8, e.Type);
            writer.WriteString("time"u8, e.RecordedAt.ToUniversalTime());
            writer.WriteString("datacontenttype"u8, "application/json"u8);
            writer.WriteNumber("sequence"u8, e.Version);
            writer.WriteString("position"u8, e.Position.ToString(CultureInfo.InvariantCulture));
            WriteOptional(writer, "actor", e.Actor?.ToString());
            WriteOptional(writer, "correlationid", e.Correlation);
            WriteOptional(writer, "causationid", e.Causation);
            writer.WritePropertyName("data"u8);
            // The owner reads the value itself; anybody else the stored form, in which content is sealed.
            JsonSerializer.Serialize(writer, e.Data, e.Data.GetType(), isClear ? EventJson.Wire : EventJson.Stored);
            writer.WriteEndObject();
        }

        body.Write(NewLine);
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    // A stream's first event names its owner; what a PC did belongs to whoever owns the run, what a device was told to the device's owner.
    private static async Task<Guid?> OwnerOf(Guid id, RecordedEvent first, RecordedEvents recorded, CancellationToken cancel)
    {
        if (first.Data is Domain.Runs.IExecutionEvent)
        {
            var run = await recorded.After(StreamIds.RunOf(id), 0, null, 1, cancel);
            return run.Count == 0 ? null : Owner(run[0].Data);
        }

        return Owner(first.Data);
    }

    private static Guid? Owner(object data) => data.GetType().GetProperty("OwnerId")?.GetValue(data) as Guid?;
}
