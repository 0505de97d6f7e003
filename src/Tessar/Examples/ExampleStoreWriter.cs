using System.Collections.ObjectModel;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;
using Tessar.Examples.Images;
using Tessar.Examples.Storage;

namespace Tessar.Examples;

/// <summary>
/// Writes an example store row by row. The file appears under its name when <see cref="Finish"/> returns, or not at
/// all.
/// </summary>
/// <remarks>
/// The same rows and layout give the same bytes on every machine, by any number of workers. Rows are gathered in chunks of about
/// 1 MiB; workers decode images for the statistics and compress; what they give is written in the order of the rows. Memory:
/// about 3 MiB per worker, or three of the largest rows. Values of all ragged columns but the first wait in temporary files
/// beside the store. After the rows the file is read back once for its checksums; the header goes last, so that an unfinished
/// file is never taken for a store. One thread appends; the writer isn't for several.
/// </remarks>
/// <example><code>
/// using var writer = ExampleStoreWriter.Create("digits.tess", new StoreLayout
/// {
///     Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
///     Splits = [new StoreSplit("train", 0, 2)],
///     Classes = ["zero", "one"],
/// });
/// writer.Append([.. new byte[64], 0, 0, 0, 0]);       // 64 pixels, then the label
/// writer.Append([.. Enumerable.Repeat((byte)255, 64), 1, 0, 0, 0]);
/// writer.Finish();
/// </code></example>
public sealed class ExampleStoreWriter : IDisposable
{
    private readonly StoreLayout _layout;
    private readonly AtomicFile _file;
    private readonly RowPipeline _rows;
    private readonly int _rowBytes;
    private readonly long _count;
    private readonly int _workers;
    private bool _isBroken;

    private ExampleStoreWriter(string path, StoreLayout layout, int workers)
    {
        StoreColumn[] columns = [.. layout.Columns.Select(column => column with { Blob = null })];
        StorePlaces places = StoreRules.Place(columns, layout.Splits, layout.HasIds);
        _layout = layout with { Columns = places.Columns, Splits = places.Splits };
        _count = _layout.Splits.Sum(split => split.Count);
        _workers = workers;
        _rowBytes = columns.Any(column => column.Stride == 0) ? -1 : columns.Sum(column => column.Stride);
        _file = AtomicFile.Create(path, places.FixedEnd);
        try
        {
            _rows = new RowPipeline(_layout, places.Ids, _file, path, workers);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Starts a store and reserves on the disk what its rows take at least.</summary>
    /// <param name="path">The file; an existing one is replaced when the new one is finished.</param>
    /// <param name="layout">Columns, splits and classes.</param>
    /// <param name="workers">Threads that encode and compute checksums, ≥ 1; 0 = as many as the machine has processors.</param>
    /// <exception cref="ArgumentException">The layout contradicts itself; the message says where.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static ExampleStoreWriter Create(string path, StoreLayout layout, int workers = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        if (!StoreRules.IsPageSize(layout.PageSize))
        {
            throw new ArgumentException(
                $"The page size is {layout.PageSize}; it has to be a power of two from 65536 to 2^30.", nameof(layout));
        }

        if (StoreRules.Violation(layout.Columns, layout.Splits, layout.Classes) is { } violation)
        {
            throw new ArgumentException(
                $"The layout of {path} has {violation}. Correct it before the first row is written.", nameof(layout));
        }

        return new ExampleStoreWriter(path, layout, workers == 0 ? Environment.ProcessorCount : workers);
    }

    /// <summary>Adds the next row of a store without ids, given as its bytes.</summary>
    /// <inheritdoc cref="Append(ReadOnlySpan{byte}, ulong?)"/>
    public void Append(ReadOnlySpan<byte> row) => Append(row, id: null);

    /// <summary>Adds the next row, given as its bytes. For stores whose columns all have values of one size.</summary>
    /// <param name="row">
    /// The values of all columns one after the other, little-endian: the sum of the columns' strides in bytes.
    /// </param>
    /// <param name="id">The row's id, exactly when the layout has ids; null otherwise.</param>
    /// <remarks>After an exception the writer can only be disposed.</remarks>
    /// <exception cref="ArgumentException">
    /// Wrong length, a label that isn't a class, a number that isn't finite, a missing id, or a column whose values differ in
    /// size.
    /// </exception>
    /// <exception cref="InvalidOperationException">All rows have been written.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void Append(ReadOnlySpan<byte> row, ulong? id)
    {
        CheckRoom(id);
        if (_rowBytes < 0)
            throw new ArgumentException(
                "Some columns have values of any size: append a list of values, one for each column.", nameof(row));
        if (row.Length != _rowBytes)
            throw new ArgumentException(
                $"Row {_rows.Next} has {row.Length} bytes, but the columns have {_rowBytes}.", nameof(row));
        _isBroken = true;
        _rows.Begin();
        int start = 0;
        for (int i = 0; i < _layout.Columns.Count; i++)
        {
            ReadOnlySpan<byte> value = row.Slice(start, _layout.Columns[i].Stride);
            _rows.Take(i, value, image: null);
            start += value.Length;
        }

        _rows.End(id);
        _isBroken = false;
    }

    /// <summary>Adds the next row of a store without ids, given as one value for each column.</summary>
    /// <inheritdoc cref="Append(IReadOnlyList{StoreValue}, ulong?)"/>
    public void Append(IReadOnlyList<StoreValue> values) => Append(values, id: null);

    /// <summary>Adds the next row, given as one value for each column.</summary>
    /// <param name="values">The values in the order of the layout's columns.</param>
    /// <param name="id">The row's id, exactly when the layout has ids; null otherwise.</param>
    /// <remarks>
    /// After an exception the writer can only be disposed. That an image can't be decoded may show some rows later, or in
    /// <see cref="Finish"/>; the message names its row.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A value that doesn't suit its column, a label that isn't a class, a number that isn't finite, an image that can't be
    /// decoded, or a missing id.
    /// </exception>
    /// <exception cref="InvalidOperationException">All rows have been written.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public void Append(IReadOnlyList<StoreValue> values, ulong? id)
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckRoom(id);
        if (values.Count != _layout.Columns.Count)
            throw new ArgumentException(
                $"Row {_rows.Next} has {values.Count} values for {_layout.Columns.Count} columns.", nameof(values));
        for (int i = 0; i < values.Count; i++)
        {
            if (_rows.Objection(i, values[i]) is { } objection)
                throw new ArgumentException(
                    $"Row {_rows.Next} has for column `{_layout.Columns[i].Name}` {objection}.", nameof(values));
        }

        _isBroken = true;
        _rows.Begin();
        for (int i = 0; i < values.Count; i++)
        {
            StoreValue value = values[i];
            _rows.Take(
                i, value.Memory.Span, _layout.Columns[i].HasMixedImages ? new ImageRow(value.Codec, value.Shape!.Value) : null);
        }

        _rows.End(id);
        _isBroken = false;
    }

    /// <summary>Writes checksums, manifest and header, flushes to the disk and gives the file its name.</summary>
    /// <param name="provenance">What the store was made from; null for arrays in memory.</param>
    /// <returns>The store's identity.</returns>
    /// <exception cref="ArgumentException">An image can't be decoded.</exception>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    /// <exception cref="TessarException">The disk is full.</exception>
    public string Finish(StoreProvenance? provenance = null)
    {
        return FinishAs(provenance, name: null).Identity;
    }

    /// <summary>Finishes the file under a name of the same folder that its identity decides.</summary>
    /// <param name="provenance">What the rows were made from; null for arrays in memory.</param>
    /// <param name="name">From the identity to the full path; null for the name it was created for.</param>
    internal (string Identity, string? Path) FinishAs(StoreProvenance? provenance, Func<string, string>? name)
    {
        (StoreHeader header, string identity) =
            WriteAllButHeader(provenance ?? new StoreProvenance("arrays", [], ReadOnlyDictionary<string, string>.Empty));
        string? path = name?.Invoke(identity);
        _file.WriteAt(0, header.ToBytes());
        _file.Commit(path);
        return (identity, path);
    }

    /// <summary>Removes what has been written, unless <see cref="Finish"/> has returned.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _file.Dispose();
    }

    /// <summary>Writes what the header vouches for, down to the disk.</summary>
    internal (StoreHeader Header, string Identity) WriteAllButHeader(StoreProvenance provenance)
    {
        CheckWhole();
        if (_rows.Next != _count)
            throw new InvalidOperationException($"{_rows.Next} of {_count} rows have been written. Append the others first.");
        _isBroken = true;
        StorePlaces places = _rows.Finish();
        _file.SetLength(places.End);
        byte[] hashes = PageHashes.Of(_file, places.End, _layout.PageSize, _workers);
        _file.WriteAt(places.End, hashes);
        StoreManifest manifest = Manifest(places, hashes, provenance);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.StoreManifest);
        long offset = StoreRules.Align(places.End + hashes.Length);
        _file.WriteAt(offset, json);
        _file.Flush();
        var header = new StoreHeader(
            _layout.HasIds, _layout.PageSize, _count, places.Columns.Length, offset, json.Length, XxHash64.HashToUInt64(json))
        { Version = manifest.Schema };
        return (header, Convert.ToHexStringLower(SHA256.HashData(json)));
    }

    private void CheckRoom(ulong? id)
    {
        CheckWhole();
        if (_rows.Next == _count)
        {
            throw new InvalidOperationException(
                $"The layout has {_count} rows, and all have been written. Raise the count of a split.");
        }

        if (id.HasValue != _layout.HasIds)
        {
            throw new ArgumentException(
                $"Row {_rows.Next} has {(id.HasValue ? "an" : "no")} id, but the layout says {nameof(StoreLayout.HasIds)} = "
                + $"{_layout.HasIds}.",
                nameof(id));
        }
    }

    private void CheckWhole()
    {
        if (_isBroken)
        {
            throw new InvalidOperationException(
                $"Row {_rows.Next} couldn't be written, and nothing can follow it. Start the store again.");
        }
    }

    private StoreManifest Manifest(StorePlaces places, byte[] hashes, StoreProvenance provenance) => new()
    {
        Schema = places.Columns.Any(column => column.IsRagged) ? 2 : 1,
        Count = _count,
        Columns = [.. places.Columns.Select(_rows.Describe)],
        Splits = places.Splits,
        Classes = _layout.Classes,
        Ids = places.Ids,
        Checksums = new StoreChecksums(
            _layout.PageSize, places.End, hashes.Length / sizeof(ulong), Convert.ToHexStringLower(SHA256.HashData(hashes))),
        Provenance = provenance,
    };
}
