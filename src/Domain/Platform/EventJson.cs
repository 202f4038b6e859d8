using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Domain.Platform;

/// <summary>How events are written as JSON. Both forms are camelCase and leave nulls out; they differ only in <see cref="Content"/>.</summary>
public static class EventJson
{
    /// <summary>The stored form: content sealed. Clear content is refused.</summary>
    public static readonly JsonSerializerOptions Stored = Create();

    /// <summary>The wire form between runner and server, the runner's journal, and the owner's exports: content clear.</summary>
    public static readonly JsonSerializerOptions Wire = Create(
        // By name alone: a number would be taken for a value that there is none of.
        new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new WireContentConverter());

    /// <summary>To read the stored form without its content, which is stepped over and reads as erased: for whoever needs to know only what happened.</summary>
    public static readonly JsonSerializerOptions Outline = Create(new UnreadContentConverter());

    /// <summary>Settles the options that both forms share on any options object (the store brings its own).</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MaxDepth = Workflows.Data.Json.MaxDepth;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }

    private static JsonSerializerOptions Create(params JsonConverter[] converters)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        foreach (var converter in converters)
        {
            options.Converters.Add(converter);
        }

        // Of two converters for a type the first counts.
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
