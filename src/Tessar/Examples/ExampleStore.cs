using Tessar.Examples.Storage;

namespace Tessar.Examples;

/// <summary>
/// A data set in a <c>.tess</c> file, mapped into memory: rows of columns such as image and label, in named splits.
/// </summary>
/// <remarks>
/// Opening reads the header and the manifest, whatever the number of rows; a row's place is computed or looked up in one table,
/// not searched. Rows appended later are in files beside it, which are opened too. The bytes of the rows are checked by
/// <see cref="Verify"/> only. Reading is safe from several threads; disposing while another
/// thread reads isn't. The format: docs/store-format.md.
/// </remarks>
/// <example><code>
/// using var store = ExampleStore.Open("digits.tess");
/// Console.WriteLine($"{store.Split("train").Count} images of {store.Image}, identity {store.Identity}");
/// </code></example>
public sealed class ExampleStore : IDisposable
{
    private readonly StoreFile _file;
    private readonly SegmentMap _segments;
    private readonly StoreColumn[] _columns;
    private readonly int _image;
    private readonly int _label;

    private ExampleStore(StoreFile file)
    {
        _file = file;
        _segments = SegmentMap.Open(file);
        _columns = [.. file.Manifest.Columns];
        _image = IndexOf(StoreRules.Image);
        _label = IndexOf(StoreRules.Label);
        HasRawImages = HasFixedImages && !ImageColumn.IsRagged;
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

    /// <summary>Bytes of all files of the store.</summary>
    public long Bytes => Files.Sum(file => file.Map.Length);

    /// <summary>What <see cref="Verify"/> counts: the data of all files, and the values of ragged columns once more.</summary>
    public long BytesToVerify => Files.Sum(StoreVerifier.BytesOf);

    /// <summary>The size that all pictures in the column <c>image</c> have.</summary>
    /// <exception cref="FileFormatException">The store has no column <c>image</c>, or pictures of several sizes.</exception>
    public ImageShape Image => ImageColumn.ImageShape ?? throw new FileFormatException(
        Path, null, "pictures of one size", Count == 0 ? "none" : "pictures of several sizes",
        "Import them again with the size that they are to be brought to, such as 64x64.")
    {
        Remedies = [new(RemedyKind.ImportExamples, null, "64x64")]
    };

    /// <summary>True when all pictures in the column <c>image</c> have one size; false without such a column.</summary>
    public bool HasFixedImages => _image >= 0 && ImageColumn.ImageShape is not null;

    /// <summary>True when there is a column <c>image</c>.</summary>
    internal bool HasImages => _image >= 0;

    /// <summary>True when every picture lies in the file as raw pixels of one size.</summary>
    internal bool HasRawImages { get; }

    /// <summary>True when rows carry ids of their own.</summary>
    internal bool HasIds => _file.HasIds;

    private int ImageIndex => _image >= 0 ? _image : throw Missing(StoreRules.Image);

    /// <summary>The file under the store's name, and those it names.</summary>
    /// <summary>Full paths of the files that the store is read from.</summary>
    internal IEnumerable<string> Paths => Files.Select(file => file.Path);

    private IEnumerable<StoreFile> Files => _segments.Files.Prepend(_file).DistinctBy(file => file.Path, StringComparer.Ordinal);

    internal StoreColumn ImageColumn => _columns[ImageIndex];

    internal StoreColumn LabelColumn => _label >= 0 ? _columns[_label] : throw Missing(StoreRules.Label);

    /// <summary>Maps a store and checks its header and manifest.</summary>
    /// <param name="path">The <c>.tess</c> file.</param>
    /// <returns>The store; the caller disposes it.</returns>
    /// <exception cref="FileFormatException">The file isn't a finished store, or is damaged.</exception>
    /// <exception cref="TessarException">The file is missing or can't be read.</exception>
    public static ExampleStore Open(string path)
    {
        StoreFile file = StoreFile.Open(path);
        try
        {
            return new ExampleStore(file);
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
            $"`{name}` isn't a column of {Path}. It has: {string.Join(", ", Manifest.Columns.Select(column => column.Name))}.",
            nameof(name)).ForUser();
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
            nameof(name)).ForUser();
    }

    /// <summary>One row's bytes as they are stored, without copying; valid until the store is disposed.</summary>
    /// <param name="column">A column of this store.</param>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns>
    /// Numbers and pixels little-endian, <see cref="StoreColumn.Stride"/> bytes; in ragged columns the compressed or encoded
    /// bytes.
    /// </returns>
    /// <exception cref="ArgumentException">The column belongs to another store.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="FileFormatException">The table of offsets is damaged there.</exception>
    public ReadOnlySpan<byte> Row(StoreColumn column, long row)
    {
        CheckRow(row);
        (StoreFile file, long at) = _segments.Find(row);
        return file.Row(IndexOf(column), at);
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
        (StoreFile file, long at) = _segments.Find(row);
        if (!column.HasMixedImages)
            return file.Decompress(index, at);
        ImageShape shape = file.Metadata(index, at).Shape;
        byte[] pixels = new byte[shape.Size];
        file.ReadImage(index, at, shape, pixels);
        return pixels;
    }

    /// <summary>The picture of a row in the column <c>image</c>, as it is stored.</summary>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <returns>Its bytes without copying, unless the column is compressed; valid until the store is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="FileFormatException">There is no such column, or the row is damaged.</exception>
    public StoredImage ImageOf(long row) => ImageOf(ImageColumn, row);

    /// <summary>The picture of a row in any column of pictures, as it is stored.</summary>
    internal StoredImage ImageOf(StoreColumn column, long row)
    {
        CheckRow(row);
        (StoreFile file, long at) = _segments.Find(row);
        return file.ImageOf(IndexOf(column), at);
    }

    /// <summary>
    /// A row's id, which stays the same when rows are appended: the one it was given, or its number among the rows of all
    /// segments, segment after segment.
    /// </summary>
    /// <param name="row">In [0, <see cref="Count"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ulong IdOf(long row)
    {
        CheckRow(row);
        return _segments.IdOf(row);
    }

    /// <summary>
    /// Reads every file of the store and compares it with its checksums; then decodes every value of ragged columns and checks
    /// that every label is a class.
    /// </summary>
    /// <param name="progress">Receives the bytes checked so far, of <see cref="BytesToVerify"/>.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <exception cref="FileFormatException">
    /// A byte has changed since the store was written, a value can't be decoded, or a label isn't a class.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        long done = 0;
        foreach (StoreFile file in Files)
            done = new StoreVerifier(file, done, progress, cancellation).Run();
    }

    /// <summary>Unmaps the files; spans into them must not be used any more.</summary>
    public void Dispose()
    {
        foreach (StoreFile file in _segments.Files)
            file.Dispose();
        _file.Dispose();
    }

    internal static FileFormatException Refuse(
        string path, long? offset, string expected, string found, Exception? inner = null) =>
        new(path, offset, expected, found,
            "The file is damaged, unfinished or not an example store: make it again from its sources.", inner)
        {
            Remedies = [new(RemedyKind.ImportExamples)]
        };

    /// <summary>The label of a row, checked against the classes.</summary>
    /// <exception cref="FileFormatException">It isn't a class.</exception>
    internal int StoredLabel(long row)
    {
        CheckRow(row);
        (StoreFile file, long at) = _segments.Find(row);
        return file.Label(_label >= 0 ? _label : throw Missing(StoreRules.Label), at);
    }

    /// <summary>Bytes of a ragged column's values in all files, as they are stored; null for dense columns.</summary>
    internal long? ValueBytes(StoreColumn column)
    {
        int index = IndexOf(column);
        return column.IsRagged ? _segments.Files.Sum(file => file.Manifest.Columns[index].Blob!.Length) : null;
    }

    /// <summary>Decodes the picture of a row into the size and channels wanted.</summary>
    internal void ReadImage(long row, ImageShape target, Span<byte> pixels)
    {
        CheckRow(row);
        (StoreFile file, long at) = _segments.Find(row);
        file.ReadImage(ImageIndex, at, target, pixels);
    }

    private int IndexOf(StoreColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        for (int i = 0; i < _columns.Length; i++)
        {
            if (ReferenceEquals(_columns[i], column))
                return i;
        }

        throw new ArgumentException(
            $"The column `{column.Name}` isn't one of {Path}. Pass one of this store's `Column(name)`.", nameof(column));
    }

    private int IndexOf(string name) => Array.FindIndex(_columns, column => column.Name == name);

    private void CheckRow(long row)
    {
        if ((ulong)row >= (ulong)Count)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{Path} has rows 0 to {Count - 1}.");
    }

    private FileFormatException Missing(string column) => new(
        Path, null, $"a column `{column}`", string.Join(", ", Manifest.Columns.Select(c => c.Name)),
        "Import the data again with images and labels.");
}
