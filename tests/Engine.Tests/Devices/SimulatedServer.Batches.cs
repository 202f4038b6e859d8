using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Jarvis.Engine.Tests.Devices;

/// <summary>Batches of events: the faults on the way, then what is stored and what is refused.</summary>
internal sealed partial class SimulatedServer
{
    private readonly Dictionary<Guid, int> underWay = [];
    private int atOnce;

    /// <summary>The most requests with events that were there at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>How often events of one run came in two requests at once.</summary>
    public int Overlaps { get; private set; }

    private async Task Events(HttpContext context)
    {
        Stream body = context.Request.Body;
        if (context.Request.Headers.ContentEncoding == "gzip")
        {
            body = new GZipStream(body, CompressionMode.Decompress);
        }

        var batch = (JsonArray)(await JsonNode.ParseAsync(body))!;
        var runs = batch.Select(item => Guid.Parse((string)item!["subject"]!)).ToHashSet();
        lock (gate)
        {
            Requests++;
            MostAtOnce = Math.Max(MostAtOnce, ++atOnce);
            foreach (var run in runs)
            {
                underWay[run] = underWay.GetValueOrDefault(run) + 1;
                Overlaps += underWay[run] > 1 ? 1 : 0;
            }
        }

        try
        {
            await Events(context, batch);
        }
        finally
        {
            lock (gate)
            {
                atOnce--;
                foreach (var run in runs)
                {
                    underWay[run]--;
                }
            }
        }
    }

    private async Task Events(HttpContext context, JsonArray batch)
    {
        if (Slowness > TimeSpan.Zero)
        {
            await Task.Delay(Slowness);
        }

        var fault = NextFault();
        if (fault == Fault.LostBefore)
        {
            context.Abort();
            return;
        }

        if (fault == Fault.ExpiredToken)
        {
            AccessToken = $"renewed-{Requests}";
        }

        if (context.Request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            await Problem(context, 401, "auth.token", null);
            return;
        }

        switch (fault)
        {
            case Fault.ServerError:
                await Problem(context, 500, "internal", null);
                return;
            case Fault.TooFast:
                context.Response.Headers.RetryAfter = "0";
                await Problem(context, 429, "runner.too_fast", null);
                return;
            case Fault.DropSocket:
                DropSocket();
                break;
            case Fault.NewEpoch:
                // As when this runner's own newer hello overtook the batch; the socket just breaks. Not at every hello: that would be
                // another runner with the same identity, to which this one gives way.
                lock (gate)
                {
                    if (Hellos >= nextOvertaking)
                    {
                        nextOvertaking = Hellos + 2;
                        Epoch++;
                    }
                }

                DropSocket();
                break;
        }

        if (batch.Count > MaxBatch)
        {
            await Problem(context, 413, "batch.too_large", null);
            return;
        }

        var (status, code, refused, cursors) = Store(batch, fault == Fault.Gap);
        if (fault == Fault.LostAfter)
        {
            context.Abort();
        }
        else if (status == 200)
        {
            await context.Response.WriteAsJsonAsync(new { accepted = batch.Count, cursors });
        }
        else
        {
            await Problem(context, status, code!, NamesWhatItRefuses ? refused : null);
        }
    }

    private (int Status, string? Code, JsonObject? Refused, Dictionary<Guid, long> Cursors) Store(JsonArray batch, bool gap)
    {
        lock (gate)
        {
            var staged = new Dictionary<Guid, List<JsonObject>>();
            foreach (var entry in batch.Select(item => item!.AsObject()))
            {
                var runId = Guid.Parse((string)entry["subject"]!);
                var sequence = (long)entry["sequence"]!;
                var stream = staged.TryGetValue(runId, out var known) ? known : staged[runId] = streams.TryGetValue(runId, out var stored) ? [.. stored] : [];
                (int, string, JsonObject) Refuse(int status, string code, long? expected = null) => (status, code, new JsonObject
                {
                    [runId.ToString()] = new JsonObject { ["code"] = code, ["expected"] = expected },
                });
                (int Status, string Code, JsonObject Refused)? refusal = null;
                if (RefusedRuns.Contains(runId))
                {
                    refusal = Refuse(422, "event.invalid");
                }
                else if (UnknownRuns.Contains(runId))
                {
                    refusal = Refuse(422, "run.not_found");
                }
                else if (sequence <= stream.Count)
                {
                    if (!JsonNode.DeepEquals(stream[(int)sequence - 1]["data"], entry["data"]) || (string?)stream[(int)sequence - 1]["type"] != (string?)entry["type"])
                    {
                        refusal = Refuse(422, "run.content_differs");
                    }
                }
                else if ((long)entry["epoch"]! != Epoch)
                {
                    refusal = Refuse(410, "device.epoch_fenced");
                }
                else if (stream.Count == 0 && sequence > 1 && forgotten.Contains(runId))
                {
                    refusal = Refuse(422, "run.not_found");
                }
                else if (sequence != stream.Count + 1 || (gap && stream.Count > 0))
                {
                    // A spurious gap: it asks for one that it has, which is then a repeat.
                    refusal = Refuse(409, "run.sequence_gap", gap && stream.Count > 0 ? stream.Count : stream.Count + 1);
                }
                else
                {
                    stream.Add(entry);
                }

                if (refusal is { } no)
                {
                    return (no.Status, no.Code, no.Refused, []);
                }
            }

            foreach (var (runId, stream) in staged)
            {
                streams[runId] = stream;
            }

            return (200, null, null, staged.ToDictionary(pair => pair.Key, pair => (long)pair.Value.Count));
        }
    }

    private static async Task Problem(HttpContext context, int status, string code, JsonObject? runs)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(
            new JsonObject { ["type"] = "about:blank", ["title"] = code, ["status"] = status, ["code"] = code, ["runs"] = runs },
            (JsonSerializerOptions?)null, "application/problem+json");
    }
}
