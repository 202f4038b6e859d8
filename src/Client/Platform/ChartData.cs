using System.Text;
using System.Text.Json;

namespace Jarvis.Client.Platform;

public enum ChartKind
{
    Bars,
    StackedBars,
    Lines,
    Pie,
}

/// <param name="Colour">A token, as <c>var(--completed)</c>: a state has its colour in every chart and theme.</param>
public sealed record ChartSeries(string Name, string Colour, IReadOnlyList<double?> Values, int Decimals = 0);

/// <summary>A chart's numbers, from which both the picture and the table are made.</summary>
/// <param name="Category">What the labels are: 日期, 工作流.</param>
public sealed record ChartData(ChartKind Kind, string Title, string Category, IReadOnlyList<string> Labels, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>echarts' option as JSON. Patterns beside colours, and a description for screen readers, are echarts' own.</summary>
    public string Option()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("animation", false);
            Aria(writer);
            Legend(writer);
            writer.WriteStartObject("tooltip");
            writer.WriteString("trigger", Kind == ChartKind.Pie ? "item" : "axis");
            writer.WriteBoolean("confine", true);
            writer.WriteString("backgroundColor", "var(--surface)");
            writer.WriteString("borderColor", "var(--line)");
            Text(writer, "textStyle", "var(--text)");
            writer.WriteEndObject();
            if (Kind != ChartKind.Pie)
            {
                Axes(writer);
            }

            writer.WriteStartArray("series");
            if (Kind == ChartKind.Pie)
            {
                Pie(writer);
            }
            else
            {
                foreach (var series in Series)
                {
                    Plain(writer, series);
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void Aria(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("aria");
        writer.WriteBoolean("enabled", true);
        writer.WriteStartObject("label");
        writer.WriteString("description", Title);
        writer.WriteEndObject();
        writer.WriteStartObject("decal");
        writer.WriteBoolean("show", Series.Count > 1 || Kind == ChartKind.Pie);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Legend(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("legend");
        writer.WriteBoolean("show", Series.Count > 1 || Kind == ChartKind.Pie);
        writer.WriteNumber("bottom", 0);
        writer.WriteString("type", "scroll");
        Text(writer, "textStyle", "var(--text-soft)");
        writer.WriteEndObject();
    }

    private void Axes(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("grid");
        writer.WriteNumber("left", 8);
        writer.WriteNumber("right", 8);
        writer.WriteNumber("top", 16);
        writer.WriteNumber("bottom", Series.Count > 1 ? 32 : 8);
        writer.WriteBoolean("containLabel", true);
        writer.WriteEndObject();
        writer.WriteStartObject("xAxis");
        writer.WriteString("type", "category");
        writer.WriteStartArray("data");
        foreach (var label in Labels)
        {
            writer.WriteStringValue(label);
        }

        writer.WriteEndArray();
        Text(writer, "axisLabel", "var(--text-soft)");
        writer.WriteEndObject();
        writer.WriteStartObject("yAxis");
        writer.WriteString("type", "value");
        if (Series.All(series => series.Decimals == 0))
        {
            writer.WriteNumber("minInterval", 1);
        }

        Text(writer, "axisLabel", "var(--text-soft)");
        writer.WriteStartObject("splitLine");
        writer.WriteStartObject("lineStyle");
        writer.WriteString("color", "var(--line)");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Plain(Utf8JsonWriter writer, ChartSeries series)
    {
        writer.WriteStartObject();
        writer.WriteString("name", series.Name);
        writer.WriteString("type", Kind == ChartKind.Lines ? "line" : "bar");
        if (Kind == ChartKind.StackedBars)
        {
            writer.WriteString("stack", "all");
        }

        Colour(writer, series.Colour);
        writer.WriteStartArray("data");
        foreach (var value in series.Values)
        {
            if (value is { } given)
            {
                writer.WriteNumberValue(given);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // One slice for each series, of the sum of its values.
    private void Pie(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "pie");
        writer.WriteStartArray("radius");
        writer.WriteStringValue("45%");
        writer.WriteStringValue("70%");
        writer.WriteEndArray();
        writer.WriteStartObject("label");
        writer.WriteBoolean("show", false);
        writer.WriteEndObject();
        writer.WriteStartArray("data");
        foreach (var series in Series)
        {
            writer.WriteStartObject();
            writer.WriteString("name", series.Name);
            writer.WriteNumber("value", series.Values.Sum(value => value ?? 0));
            Colour(writer, series.Colour);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Colour(Utf8JsonWriter writer, string colour)
    {
        writer.WriteStartObject("itemStyle");
        writer.WriteString("color", colour);
        writer.WriteEndObject();
        writer.WriteStartObject("lineStyle");
        writer.WriteString("color", colour);
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string colour)
    {
        writer.WriteStartObject(name);
        writer.WriteString("color", colour);
        writer.WriteEndObject();
    }
}
