using System.Buffers.Binary;
using Tessar.Examples.Images;
using Tessar.Examples.Storage;

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
    private readonly StoreFile _file;
    private readonly int _image;
    private readonly int _label;

    private ExampleStore(StoreFile file)
    {
        _file = file;
        _image = IndexOf(StoreRules.Image);
        _label = IndexOf(StoreRules.Label);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    /// <summary>
    /// SHA-256 of the manifest in lower-case hexadecimal: the same for two stores exactly when their content is the
    /// same.
    /// </summary>
    public string Identity => _file.Identity;

    /// <summary>What the store says about itself.</summary>
    public StoreManifest Manifest => _file.Manifest;

    /// <summary>Rows, over all splits.</summary>
    public long Count => Manifest.Count;

    /// <summary>Named ranges of rows; together they hold every row once.</summary>
    public IReadOnlyList<StoreSplit> Splits => Manifest.Splits;

    /// <summary>Names of the classes that labels index.</summary>
    public IReadOnlyList<string> ClassNames => Manifest.Classes;

    /// <summary>The size that all pictures in the column <c>image</c> have.</summary>
    /// <exception cref="FileFormatException">The store has no column <c>image</c>, or pictures of several sizes.</exception>
    public ImageShape Image => ImageColumn.ImageShape ?? throw new FileFormatException(
        Path, null, "pictures of one size", Count == 0 ? "none" : "pictures of several sizes",
        "Give the size that they are to be brought to, for example `--size 64`, or import them again with one.");

    /// <summary>True when all pictures in the column <c>image</c> have one size; false without such a column.</summary>
    public bool HasFixedImages => _image >= 0 && ImageColumn.ImageShape is not null;

    /// <summary>True when every picture lies in the file as raw pixels of one size.</summary>
    internal bool HasRawImages => HasFixedImages && !ImageColumn.IsRagged;

    internal StoreColumn ImageColumn => _image >= 0 ? Manifest.Columns[_image] : throw Missing(StoreRules.Image);

    internal StoreColumn LabelColumn => _label >= 0 ? Manifest.Columns[_label] : throw Missing(StoreRules.Label);

    /// <summary>Maps a store and checks its header and manifest.</summary>
    /// <param name="path">The <c>.tess</c> file.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">The file isn't a finished store, or is damaged.</exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static ExampleStore Open(string path) => new(StoreFile.Open(path));

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

    /// <summary>One row's bytes as they are stored, without copying; valid until the store is disposed.</summary>
    /// <param name="column">A column of this store.</param>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns>
    /// Numbers and pixels little-endian, <see cref="StoreColumn.Stride"/> bytes; in ragged columns the compressed or encoded bytes.
    /// </returns>
    /// <exception cref="ArgumentException">The column belongs to another store.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="FileFormatException">The table of offsets is damaged there.</exception>
    public ReadOnlySpan<byte> Row(StoreColumn column, long row)
    {
        CheckRow(row);
        return _file.Row(IndexOf(column), row);
    }

    /// <summary>One row's value, decompressed and decoded.</summary>
    /// <param name="column">A column of this store.</param>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns>A copy: numbers little-endian, text in UTF-8, pixels height × width × channels.</returns>
    /// <exception cref="ArgumentException">The column belongs to another store.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="FileFormatException">The value is damaged.</exception>
    public byte[] Value(StoreColumn column, long row)
    {
        CheckRow(row);
        int index = IndexOf(column);
        if (!column.HasMixedImages)
            return _file.Decompress(index, row);
        StoredImage image = ImageOf(index, row);
        byte[] pixels = new byte[image.Shape.Size];
        ReadImage(index, row, image.Shape, pixels);
        return pixels;
    }

    /// <summary>The picture of a row in the column <c>image</c>, as it is stored.</summary>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns>Its bytes without copying, unless the column is compressed; valid until the store is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="FileFormatException">There is no such column, or the row is damaged.</exception>
    public StoredImage ImageOf(long row)
    {
        CheckRow(row);
        return ImageOf(IndexOf(ImageColumn), row);
    }

    /// <summary>A row's id: stable when the data set is cut or joined anew.</summary>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ulong IdOf(long row)
    {
        CheckRow(row);
        return _file.IdOf(row) ?? (ulong)row;
    }

    /// <summary>
    /// Reads the whole file and compares it with its checksums; then decodes every value of ragged columns and checks that every
    /// label is a class.
    /// </summary>
    /// <param name="progress">Receives the bytes checked so far.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <exception cref="FileFormatException">
    /// A byte has changed since the store was written, a value can't be decoded, or a label isn't a class.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        new StoreVerifier(this, _file.Map).Run(progress, cancellation);

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

    /// <summary>Decodes the picture of a row into the size and channels wanted.</summary>
    internal void ReadImage(long row, ImageShape target, Span<byte> pixels)
    {
        CheckRow(row);
        ReadImage(IndexOf(ImageColumn), row, target, pixels);
    }

    private void ReadImage(int column, long row, ImageShape target, Span<byte> pixels)
    {
        if (Manifest.Columns[column] is { IsRagged: true, HasMixedImages: false } compressed && compressed.ImageShape == target)
        {
            _file.Decompress(column, row, pixels);
            return;
        }

        StoredImage image = ImageOf(column, row);
        if (image.Codec == ImageCodec.Raw)
        {
            Pixels.Fit(image.Bytes, image.Shape, pixels, target);
            return;
        }

        var source = new ImageSource(_file.Path, _file.Extent(column, row).Offset, row);
        ImageHeader header = ImageDecoder.Probe(image.Bytes, source);
        if (header.Codec != image.Codec || header.Shape != image.Shape)
            throw source.Refuse($"an image of {image.Shape} in {image.Codec}, as the row says", $"{header.Shape} in {header.Format}");
        ImageDecoder.Decode(image.Bytes, target, pixels, source);
    }

    private StoredImage ImageOf(int column, long row)
    {
        ImageRow image = _file.Metadata(column, row);
        bool isCompressed = Manifest.Columns[column] is { IsRagged: true, HasMixedImages: false };
        return new StoredImage(image.Codec, image.Shape, isCompressed ? _file.Decompress(column, row) : _file.Row(column, row));
    }

    private int IndexOf(StoreColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        for (int i = 0; i < Manifest.Columns.Count; i++)
        {
            if (ReferenceEquals(Manifest.Columns[i], column))
                return i;
        }

        throw new ArgumentException(
            $"The column `{column.Name}` isn't one of {Path}. Pass one of this store's `Column(name)`.", nameof(column));
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Manifest.Columns.Count; i++)
        {
            if (Manifest.Columns[i].Name == name)
                return i;
        }

        return -1;
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
