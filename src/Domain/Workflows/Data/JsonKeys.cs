namespace Jarvis.Domain.Workflows.Data;

/// <summary>
/// The keys of objects of one shape, only ever added to. An object sees the first so many of them. A place is written by the
/// one who claimed it, before an object that sees it exists, so that readers on other threads need no lock.
/// </summary>
internal sealed class JsonKeys
{
    private readonly Lock writing = new();

    /// <summary>Up to so many keys are searched one by one.</summary>
    private const int Searched = 8;

    private string[] keys;
    private int used;
    private Index? index;

    public JsonKeys(string[] keys)
        : this(keys, keys.Length)
    {
    }

    public JsonKeys(string[] keys, int used)
    {
        this.keys = keys;
        this.used = used;
    }

    public ReadOnlySpan<string> Span(int count) => keys.AsSpan(0, count);

    /// <summary>The place of a key among the first <paramref name="count"/>, or -1.</summary>
    public int Find(string key, int count)
    {
        if (count > Searched)
        {
            return Indexed(count).Find(key, keys, count);
        }

        var span = keys.AsSpan(0, count);
        for (var i = 0; i < span.Length; i++)
        {
            if (ReferenceEquals(span[i], key))
            {
                return i;
            }
        }

        for (var i = 0; i < span.Length; i++)
        {
            if (span[i].Length == key.Length && span[i] == key)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Makes the key the one at place <paramref name="count"/>, if that place is free or holds it already.</summary>
    /// <param name="claimed">Whether the place was free: then nobody else's values lie there either.</param>
    public bool TryClaim(string key, int count, out bool claimed)
    {
        claimed = false;
        lock (writing)
        {
            if (used > count)
            {
                return count < keys.Length && keys[count] == key;
            }

            if (keys.Length == count)
            {
                var grown = new string[Math.Max(4, count * 2)];
                keys.CopyTo(grown, 0);
                keys = grown;
            }

            keys[count] = key;
            used = count + 1;
            claimed = true;
            return true;
        }
    }

    public JsonKeys Copy(int count, string added)
    {
        var copy = new string[Math.Max(4, count * 2)];
        Span(count).CopyTo(copy);
        copy[count] = added;
        return new JsonKeys(copy, count + 1);
    }

    private Index Indexed(int count)
    {
        var current = Volatile.Read(ref index);
        if (current is not null && Volatile.Read(ref current.Size) >= count)
        {
            return current;
        }

        lock (writing)
        {
            current = index;
            if (current is null || current.Buckets.Length < used * 2)
            {
                current = new Index(keys.Length);
                current.Extend(keys, used);
                Volatile.Write(ref index, current);
            }
            else
            {
                current.Extend(keys, used);
            }

            return current;
        }
    }

    /// <summary>Places by hash, open addressing; 0 is free, else place + 1.</summary>
    private sealed class Index(int capacity)
    {
        public readonly int[] Buckets = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(32, capacity * 3))];
        public int Size;

        public int Find(string key, string[] keys, int count)
        {
            var buckets = Buckets;
            var mask = buckets.Length - 1;
            for (var i = key.GetHashCode(StringComparison.Ordinal) & mask; ; i = (i + 1) & mask)
            {
                var place = buckets[i] - 1;
                if (place < 0)
                {
                    return -1;
                }

                if (place < count && keys[place] == key)
                {
                    return place;
                }
            }
        }

        public void Extend(string[] keys, int used)
        {
            var mask = Buckets.Length - 1;
            for (var place = Size; place < used; place++)
            {
                var i = keys[place].GetHashCode(StringComparison.Ordinal) & mask;
                while (Buckets[i] != 0)
                {
                    i = (i + 1) & mask;
                }

                Buckets[i] = place + 1;
            }

            Volatile.Write(ref Size, used);
        }
    }
}
