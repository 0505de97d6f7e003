using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tessar.Examples;

/// <summary>
/// A data set in one <c>.tess</c> file, mapped into memory: rows of columns such as image and label, in named splits.
/// </summary>
/// <remarks>
/// Opening reads the header and the manifest, whatever the number of rows; a row's place is computed, not searched. The
/// bytes of the rows are checked by <see cref="Verify"/> only. Reading is safe from several threads; disposing while another
/// thread reads isn't. The format: docs/store-format.md.
/// </remarks>
public sealed class ExampleStore : IDisposable
{
    private readonly MappedFile _file;
    private readonly StoreColumn? _image;
    private readonly StoreColumn? _label;

    private ExampleStore(MappedFile file, StoreHeader header)
    {
        _file = file;
        ReadOnlySpan<byte> json = file.Bytes(header.ManifestOffset, header.ManifestLength);
        if (XxHash64.HashToUInt64(json) != header.ManifestHash)
            throw Refuse(file.Path, header.ManifestOffset, "the manifest's checksum to match", "another manifest");
        Identity = Convert.ToHexStringLower(SHA256.HashData(json));
        Manifest = ManifestReader.Read(file.Path, header, json);
        _image = Manifest.Columns.FirstOrDefault(column => column.Name == StoreRules.Image);
        _label = Manifest.Columns.FirstOrDefault(column => column.Name == StoreRules.Label);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    /// <summary>
    /// SHA-256 of the manifest in lower-case hexadecimal: the same for two stores exactly when their content is the
    /// same.
    /// </summary>
    public string Identity { get; }

    /// <summary>What the store says about itself.</summary>
    public StoreManifest Manifest { get; }

    /// <summary>Rows, over all splits.</summary>
    public long Count => Manifest.Count;

    /// <summary>Named ranges of rows; together they hold every row once.</summary>
    public IReadOnlyList<StoreSplit> Splits => Manifest.Splits;

    /// <summary>Names of the classes that labels index.</summary>
    public IReadOnlyList<string> ClassNames => Manifest.Classes;

    /// <summary>Size of the pictures in the column <c>image</c>.</summary>
    /// <exception cref="FileFormatException">The store has no column <c>image</c>.</exception>
    public ImageShape Image => ImageColumn.Shape is [int height, int width, int channels]
        ? new ImageShape(height, width, channels)
        : throw new InvalidOperationException("An image column without three dimensions passed the manifest's check.");

    internal StoreColumn ImageColumn => _image ?? throw Missing(StoreRules.Image);

    internal StoreColumn LabelColumn => _label ?? throw Missing(StoreRules.Label);

    /// <summary>Maps a store and checks its header and manifest.</summary>
    /// <param name="path">The <c>.tess</c> file.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">The file isn't a finished store, or is damaged.</exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static ExampleStore Open(string path)
    {
        MappedFile file = MappedFile.Open(path, "Check the path, or make a store: `tessar examples import SOURCE --out FILE.tess`.");
        try
        {
            return new ExampleStore(file, StoreHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A column by name.</summary>
    /// <param name="name">Its name, compared character by character.</param>
    /// <exception cref="ArgumentException">The store has no such column.</exception>
    public StoreColumn Column(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Manifest.Columns.FirstOrDefault(column => column.Name == name) ?? throw new ArgumentException(
            $"`{name}` isn't a column of {Path}. It has: {string.Join(", ", Manifest.Columns.Select(column => column.Name))}.", nameof(name));
    }

    /// <summary>A split by name.</summary>
    /// <param name="name">Its name, compared character by character.</param>
    /// <exception cref="ArgumentException">The store has no such split.</exception>
    public StoreSplit Split(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Splits.FirstOrDefault(split => split.Name == name) ?? throw new ArgumentException(
            $"`{name}` isn't a split of {Path}. It has: "
            + $"{string.Join(", ", Splits.Select(split => $"{split.Name} ({split.Count} examples)"))}."
            + NearestName.Hint(name, Splits.Select(split => split.Name)),
            nameof(name));
    }

    /// <summary>One row's bytes, little-endian, without copying; valid until the store is disposed.</summary>
    /// <param name="column">A column of this store.</param>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns><see cref="StoreColumn.Stride"/> bytes.</returns>
    /// <exception cref="ArgumentException">The column belongs to another store.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<byte> Row(StoreColumn column, long row)
    {
        ArgumentNullException.ThrowIfNull(column);
        CheckRow(row);
        bool isOwn = false;
        foreach (StoreColumn own in Manifest.Columns)
            isOwn |= ReferenceEquals(own, column);
        if (!isOwn)
        {
            throw new ArgumentException(
                $"The column `{column.Name}` isn't one of {Path}. Pass one of this store's `Column(name)`.", nameof(column));
        }

        return _file.Bytes(column.Offset + (row * column.Stride), column.Stride);
    }

    /// <summary>A row's id: stable when the data set is cut or joined anew.</summary>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ulong IdOf(long row)
    {
        CheckRow(row);
        return Manifest.Ids is { } ids
            ? BinaryPrimitives.ReadUInt64LittleEndian(_file.Bytes(ids + (row * sizeof(ulong)), sizeof(ulong)))
            : (ulong)row;
    }

    /// <summary>Reads the whole file and compares it with its checksums; then checks that every label is a class.</summary>
    /// <param name="progress">Receives the bytes checked so far.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <exception cref="FileFormatException">
    /// A byte has changed since the store was written, or a label isn't a class.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        new StoreVerifier(this, _file).Run(progress, cancellation);

    /// <summary>Unmaps the file; spans into it must not be used any more.</summary>
    public void Dispose() => _file.Dispose();

    internal static FileFormatException Refuse(string path, long? offset, string expected, string found, Exception? inner = null) =>
        new(path, offset, expected, found,
            "The file is damaged, unfinished or not an example store: make it again with `tessar examples import SOURCE --out FILE.tess`.", inner);

    /// <summary>The label of a row, checked against the classes.</summary>
    /// <exception cref="FileFormatException">It isn't a class.</exception>
    internal int StoredLabel(long row)
    {
        int label = BinaryPrimitives.ReadInt32LittleEndian(Row(LabelColumn, row));
        return (uint)label < (uint)ClassNames.Count ? label : throw Refuse(
            Path, LabelColumn.Offset + (row * sizeof(int)), $"a label from 0 to {ClassNames.Count - 1} in row {row}", $"{label}");
    }

    private void CheckRow(long row)
    {
        if ((ulong)row >= (ulong)Count)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{Path} has rows 0 to {Count - 1}.");
    }

    private FileFormatException Missing(string column) => new(
        Path, null, $"a column `{column}`", string.Join(", ", Manifest.Columns.Select(c => c.Name)),
        "Import the data again with images and labels.");
}
