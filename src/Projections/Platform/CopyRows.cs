using System.Buffers.Binary;
using System.Text;

namespace Jarvis.Projections.Platform;

/// <summary>Rows in the binary form of <c>COPY</c> (PostgreSQL's documentation, COPY, "Binary Format"): PostgreSQL has nothing to parse and nothing to look up.</summary>
public sealed class CopyRows
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>PostgreSQL counts microseconds from here.</summary>
    private static readonly long EpochTicks = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <summary>The signature; its byte behind the line's end is no character of UTF-8.</summary>
    private static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    private byte[] bytes = new byte[FirstBytes];

    public CopyRows()
    {
        Signature.CopyTo(Room(Signature.Length));
        // No flags, and no more of a head.
        Room(sizeof(int) + sizeof(int)).Clear();
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    /// <summary>What was written is sent.</summary>
    public void Clear() => Length = 0;

    public void Begin(int columns) => BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), (short)columns);

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), -1);

    public void AddNull() => BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), -1);

    public void Add(short value) => BinaryPrimitives.WriteInt16BigEndian(Field(sizeof(short)), value);

    public void Add(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), value);

    public void Add(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    public void Add(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    /// <summary>Whole microseconds; what is finer was rounded before.</summary>
    public void Add(DateTimeOffset value) => Add((value.UtcTicks - EpochTicks) / TimeSpan.TicksPerMicrosecond);

    public void Add(string value) => Encoding.UTF8.GetBytes(value, Field(Encoding.UTF8.GetByteCount(value)));

    /// <summary>JSON as <c>jsonb</c> takes it: the number of the form, and the text.</summary>
    public void AddJson(string value)
    {
        var field = Field(Encoding.UTF8.GetByteCount(value) + 1);
        field[0] = 1;
        Encoding.UTF8.GetBytes(value, field[1..]);
    }

    private Span<byte> Field(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), length);
        return Room(length);
    }

    private Span<byte> Room(int length)
    {
        if (Length + length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(2 * bytes.Length, Length + length));
        }

        Length += length;
        return bytes.AsSpan(Length - length, length);
    }
}
