using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Tessar.Tensors;

/// <summary>Writes a safetensors file: first say what is in it, then save it under its name at once.</summary>
/// <remarks>
/// The same tensors give the same bytes, in whatever order they were added: larger element types come first, then names in
/// ordinal order, and the header is padded with spaces to a multiple of 8, so that each tensor is aligned to its element.
/// Data are written in chunks and never copied as a whole.
/// </remarks>
/// <example><code>
/// var writer = new SafetensorsWriter();
/// writer.Add("scores", new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3);
/// writer.Save("arrays.safetensors");
/// </code></example>
public sealed class SafetensorsWriter
{
    private const int ChunkElements = 1 << 18;
    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>The header's <c>__metadata__</c>: text by name; left out of the file when empty.</summary>
    public IDictionary<string, string> Metadata => _metadata;

    /// <summary>
    /// Whether the file carries a hash of itself, which is compared whenever it is opened; for files whose hash stands nowhere
    /// else.
    /// </summary>
    internal bool IsSealed { get; init; }

    /// <summary>Adds an F32 tensor.</summary>
    /// <param name="name">Its name; new to this file.</param>
    /// <param name="data">Its elements, row-major; read when the file is saved.</param>
    /// <param name="shape">Its dimensions, each ≥ 0, with as many elements as <paramref name="data"/>; none for a scalar.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, or the shape doesn't fit the data.</exception>
    public void Add(string name, ReadOnlyMemory<float> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds an F64 tensor.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void Add(string name, ReadOnlyMemory<double> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds an F16 tensor.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void Add(string name, ReadOnlyMemory<Half> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds an I64 tensor.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void Add(string name, ReadOnlyMemory<long> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds an I32 tensor.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void Add(string name, ReadOnlyMemory<int> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds a U8 tensor.</summary>
    /// <inheritdoc cref="Add(string, ReadOnlyMemory{float}, ReadOnlySpan{long})"/>
    public void Add(string name, ReadOnlyMemory<byte> data, params ReadOnlySpan<long> shape) => AddArray(name, data, shape);

    /// <summary>Adds a tensor of any element type and size whose bytes are made while the file is written.</summary>
    /// <param name="name">Its name; new to this file.</param>
    /// <param name="type">Type of its elements.</param>
    /// <param name="shape">Its dimensions, each ≥ 0; none for a scalar.</param>
    /// <param name="write">Writes exactly the tensor's bytes, little-endian and row-major; called once per save.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved, or a dimension is negative.</exception>
    /// <exception cref="OverflowException">The tensor has 2^63 bytes or more.</exception>
    public void Add(string name, ElementType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(name);
        if (name == SafetensorsHeader.MetadataName)
        {
            throw new ArgumentException($"`{name}` is reserved by the format. Choose another name.", nameof(name));
        }

        foreach (long dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
        }

        var item = new Item(type, shape.ToArray(), ElementTypes.BytesOf(type, shape.ToArray()), write);
        if (!_items.TryAdd(name, item))
        {
            throw new ArgumentException($"`{name}` has been added already. Give each tensor its own name.", nameof(name));
        }
    }

    /// <summary>Writes the file under a temporary name, flushes it and renames it.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="InvalidOperationException">A callback wrote more or fewer bytes than its tensor has.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream =>
        {
            if (IsSealed)
                _metadata[SafetensorsSeal.Member] = SafetensorsSeal.Unset;
            SaveTo(stream);
            if (IsSealed)
                SafetensorsSeal.Put(stream);
        });
    }

    private void AddArray<T>(string name, ReadOnlyMemory<T> data, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        long elements = ElementTypes.BytesOf(type, shape.ToArray()) / ElementTypes.SizeOf(type);
        if (elements != data.Length)
        {
            throw new ArgumentException(
                $"`{name}` has {data.Length} elements but shape [{string.Join(", ", shape.ToArray())}] has {elements}.",
                nameof(shape));
        }

        Add(name, type, shape, stream =>
        {
            for (int done = 0; done < data.Length; done += ChunkElements)
            {
                stream.Write(MemoryMarshal.AsBytes(data.Span[done..Math.Min(done + ChunkElements, data.Length)]));
            }
        });
    }

    /// <summary>Writes the file to a stream that knows its position.</summary>
    internal void SaveTo(Stream stream)
    {
        // Names are in order already, and sorting by size is stable.
        KeyValuePair<string, Item>[] items = [.. _items.OrderByDescending(pair => ElementTypes.SizeOf(pair.Value.Type))];
        stream.Write(Header(items));
        foreach ((string name, Item item) in items)
        {
            long start = stream.Position;
            item.Write(stream);
            long written = stream.Position - start;
            if (written != item.Bytes)
            {
                throw new InvalidOperationException($"`{name}` wrote {written} bytes, but its shape has {item.Bytes}.");
            }
        }
    }

    private byte[] Header(KeyValuePair<string, Item>[] items)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach ((string name, string value) in _metadata)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, Item item) in items)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", ElementTypes.NameOf(item.Type));
                WriteIntegers(json, "shape", item.Shape);
                WriteIntegers(json, "data_offsets", [offset, offset += item.Bytes]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padded = (buffer.WrittenCount + 7) / 8 * 8;
        byte[] header = new byte[SafetensorsHeader.PrefixBytes + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        buffer.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.PrefixBytes));
        header.AsSpan(SafetensorsHeader.PrefixBytes + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private sealed record Item(ElementType Type, long[] Shape, long Bytes, Action<Stream> Write);
}
