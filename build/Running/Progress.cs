using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>Says what is being done and how far it is: as text, or as JSON lines.</summary>
public sealed class Progress(bool json, int steps)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock gate = new();
    private int step;
    private bool ready;

    /// <summary>The next of the steps.</summary>
    public void Step(string text)
    {
        step++;
        Write($"[{step}/{steps}] {text}", Line(text));
    }

    /// <summary>Something worth knowing within a step or, later, about what keeps running.</summary>
    public void Note(string text) => Write("      " + text, Line(text));

    /// <summary>All is up. In JSON this is the last line of standard output; what happens later goes to standard error.</summary>
    public void Ready(string text, JsonObject line)
    {
        Write(text, line);
        lock (gate)
        {
            ready = true;
        }
    }

    private JsonObject Line(string text) => new() { ["step"] = step, ["of"] = steps, ["message"] = text };

    private void Write(string text, JsonObject line)
    {
        lock (gate)
        {
            var output = json && ready ? Console.Error : Console.Out;
            output.WriteLine(json ? line.ToJsonString(Plain) : text);
            output.Flush();
        }
    }
}
