using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Tessar.Tensors;

/// <summary>
/// A safetensors file, mapped into memory: names, shapes and the bytes themselves. Nothing is loaded until asked for.
/// </summary>
/// <remarks>
/// Opening reads the header only and refuses a file whose header, shapes or offsets don't fit together. Bytes are
/// little-endian and row-major. Reading is safe from several threads; disposing while another thread reads isn't.
/// Format: https://github.com/huggingface/safetensors.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, TensorEntry> _byName;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        _file = file;
        Metadata = header.Metadata;
        Entries = header.Entries;
        _byName = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    /// <summary>The header's <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Maps a file and checks its header, and all of it where it carries a hash of itself.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">
    /// The file isn't safetensors, is cut short, contradicts itself, or was changed.
    /// </exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path, "Check the path.");
        try
        {
            SafetensorsHeader header = SafetensorsHeader.Read(file);
            if (header.Metadata.TryGetValue(SafetensorsSeal.Member, out string? seal))
                SafetensorsSeal.Check(file, seal);
            return new SafetensorsFile(file, header);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds a tensor by name.</summary>
    /// <param name="name">Its name, compared character by character.</param>
    /// <param name="entry">The tensor, or null.</param>
    /// <returns>True when the file holds it.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>All bytes of a tensor, without copying; valid until this object is disposed.</summary>
    /// <param name="entry">A tensor of this file, below 2 GiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is larger, or lies outside the file.</exception>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, int.MaxValue, nameof(entry));
        return _file.Bytes(entry.Offset, (int)entry.Length);
    }

    /// <summary>Some bytes of a tensor of any size, without copying; valid until this object is disposed.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="start">First byte within the tensor, in [0, length].</param>
    /// <param name="count">Bytes, in [0, length − <paramref name="start"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the tensor or the file.</exception>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry, long start, int count)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.Length - count);
        return _file.Bytes(entry.Offset + start, count);
    }

    /// <summary>A copy of an F32 tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its elements, row-major.</returns>
    /// <exception cref="FileFormatException">The file has no F32 tensor of that name below 2^31 elements.</exception>
    public float[] ReadSingles(string name) => Read<float>(name);

    /// <summary>A copy of an F64 tensor.</summary>
    /// <inheritdoc cref="ReadSingles"/>
    /// <exception cref="FileFormatException">The file has no F64 tensor of that name below 2^31 elements.</exception>
    public double[] ReadDoubles(string name) => Read<double>(name);

    /// <summary>A copy of an F16 tensor.</summary>
    /// <inheritdoc cref="ReadSingles"/>
    /// <exception cref="FileFormatException">The file has no F16 tensor of that name below 2^31 elements.</exception>
    public Half[] ReadHalves(string name) => Read<Half>(name);

    /// <summary>A copy of an I64 tensor.</summary>
    /// <inheritdoc cref="ReadSingles"/>
    /// <exception cref="FileFormatException">The file has no I64 tensor of that name below 2^31 elements.</exception>
    public long[] ReadInt64s(string name) => Read<long>(name);

    /// <summary>A copy of an I32 tensor.</summary>
    /// <inheritdoc cref="ReadSingles"/>
    /// <exception cref="FileFormatException">The file has no I32 tensor of that name below 2^31 elements.</exception>
    public int[] ReadInt32s(string name) => Read<int>(name);

    /// <summary>A copy of a U8 tensor.</summary>
    /// <inheritdoc cref="ReadSingles"/>
    /// <exception cref="FileFormatException">The file has no U8 tensor of that name below 2^31 elements.</exception>
    public byte[] ReadBytes(string name) => Read<byte>(name);

    /// <summary>Unmaps the file; spans into it must not be used any more.</summary>
    public void Dispose() => _file.Dispose();

    private T[] Read<T>(string name)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        ElementType type = ElementTypes.Of<T>();
        if (!_byName.TryGetValue(name, out TensorEntry? entry))
        {
            string names = Entries.Count == 0 ? "no tensor" : string.Join(", ", Entries.Select(e => e.Name).Take(20));
            throw Refuse(null, $"a tensor named `{name}`", names);
        }

        if (entry.Type != type)
        {
            throw Refuse(
                entry.Offset, $"`{name}` to be {ElementTypes.NameOf(type)}", ElementTypes.NameOf(entry.Type));
        }

        long size = ElementTypes.SizeOf(type);
        if (entry.Length / size > Array.MaxLength)
        {
            throw Refuse(entry.Offset, $"`{name}` to have at most {Array.MaxLength} elements", $"{entry.Length / size}");
        }

        var values = new T[entry.Length / size];
        const int Chunk = 1 << 27;
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(Chunk, values.Length - done);
            Bytes(entry, done * size, (int)(count * size)).CopyTo(MemoryMarshal.AsBytes(values.AsSpan(done, count)));
            done += count;
        }

        return values;
    }

    private FileFormatException Refuse(long? offset, string expected, string found) =>
        new(Path, offset, expected, found, "Check that this is the file you meant.");
}
