namespace Jarvis.Domain.Workflows.Data;

/// <summary>Gathers the members of an object; a key set again keeps its place.</summary>
internal sealed class JsonObjectBuilder
{
    private JsonKeys keys;
    private Json[] values;

    public JsonObjectBuilder(int capacity = 4)
    {
        keys = new JsonKeys(new string[capacity], 0);
        values = new Json[capacity];
    }

    /// <summary>Begins with the members of an object.</summary>
    public JsonObjectBuilder(JsonObject start, int more)
    {
        var room = new string[start.Count + more];
        start.Keys.CopyTo(room);
        keys = new JsonKeys(room, start.Count);
        values = new Json[room.Length];
        start.Values.CopyTo(values);
        Count = start.Count;
    }

    public int Count { get; private set; }

    public Json? Get(string key) => keys.Find(key, Count) is >= 0 and var at ? values[at] : null;

    public void Set(string key, Json value)
    {
        var at = keys.Find(key, Count);
        if (at >= 0)
        {
            values[at] = value;
            return;
        }

        keys.TryClaim(key, Count, out _);
        if (Count == values.Length)
        {
            Array.Resize(ref values, Math.Max(4, Count * 2));
        }

        values[Count++] = value;
    }

    public JsonObject ToObject() => Count == 0 ? JsonObject.Empty : new JsonObject(keys, values, Count);

    public (JsonKeys Keys, Json[] Values, int Count) Parts() => (keys, values, Count);
}

/// <summary>Gathers the elements of an array.</summary>
internal struct JsonArrayBuilder
{
    private Json[]? items;

    public int Count { get; private set; }

    public void Add(Json item)
    {
        if (items is null)
        {
            items = new Json[4];
        }
        else if (Count == items.Length)
        {
            Array.Resize(ref items, Count * 2);
        }

        items[Count++] = item;
    }

    public readonly JsonArray ToArray() => items is null ? JsonArray.Empty : new JsonArray(items, Count);
}
