using Tessar.Examples.Storage;

namespace Tessar.Examples;

/// <summary>
/// Adds rows to a store: they become a file of their own beside it, and the store's name comes to stand for both when
/// <see cref="Finish"/> returns, or not at all.
/// </summary>
/// <remarks>
/// <para>
/// No file is changed. The rows are written to <c>segment-….tess</c>; the store's file gets such a name as well; then a small
/// file that names the segments in their order replaces <c>NAME.tess</c> by rename. Whoever has the store open keeps what they
/// opened. The segments have to stay beside the index.
/// </para>
/// <para>
/// A split's new rows follow its old ones, so the rows of later splits move up; ids stay. Columns, classes and page size are the
/// store's. One process at a time can append to a store.
/// </para>
/// </remarks>
/// <example><code>
/// using var appender = ExampleStoreAppender.Create("digits.tess", [new StoreSplit("train", 0, 1)]);
/// appender.Append([.. new byte[64], 0, 0, 0, 0]);     // 64 pixels, then the label
/// string identity = appender.Finish();
/// </code></example>
public sealed class ExampleStoreAppender : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly ExampleStore _store;
    private readonly ExampleStoreWriter _writer;

    private ExampleStoreAppender(string path, FileStream appending, IReadOnlyList<StoreSplit> splits, int workers)
    {
        (_path, _lock) = (path, appending);
        _store = ExampleStore.Open(path);
        try
        {
            StoreManifest manifest = _store.Manifest;
            var layout = new StoreLayout
            {
                Columns = [.. manifest.Columns.Select(AsNew)],
                Splits = splits,
                Classes = manifest.Classes,
                HasIds = _store.HasIds,
                PageSize = manifest.Checksums.PageSize,
            };
            _writer = ExampleStoreWriter.Create(path, layout, workers);
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    /// <summary>Starts to append.</summary>
    /// <param name="path">The store.</param>
    /// <param name="splits">How many rows come for which split, in their order; splits that the store hasn't are added.</param>
    /// <param name="workers">Threads that encode and compute checksums, ≥ 1; 0 = as many as the machine has processors.</param>
    /// <exception cref="ArgumentException">The splits contradict themselves.</exception>
    /// <exception cref="FileFormatException">The store is damaged or a segment is missing.</exception>
    /// <exception cref="TessarException">
    /// The store is missing, another process appends to it, the folder can't be written to, or the disk is full.
    /// </exception>
    public static ExampleStoreAppender Create(string path, IReadOnlyList<StoreSplit> splits, int workers = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(splits);
        path = Path.GetFullPath(path);
        FileStream appending = Lock(path);
        try
        {
            return new ExampleStoreAppender(path, appending, splits, workers);
        }
        catch
        {
            appending.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="ExampleStoreWriter.Append(ReadOnlySpan{byte})"/>
    public void Append(ReadOnlySpan<byte> row) => _writer.Append(row);

    /// <inheritdoc cref="ExampleStoreWriter.Append(ReadOnlySpan{byte}, ulong?)"/>
    public void Append(ReadOnlySpan<byte> row, ulong? id) => _writer.Append(row, id);

    /// <inheritdoc cref="ExampleStoreWriter.Append(IReadOnlyList{StoreValue})"/>
    public void Append(IReadOnlyList<StoreValue> values) => _writer.Append(values);

    /// <inheritdoc cref="ExampleStoreWriter.Append(IReadOnlyList{StoreValue}, ulong?)"/>
    public void Append(IReadOnlyList<StoreValue> values, ulong? id) => _writer.Append(values, id);

    /// <summary>Finishes the new segment and makes the store's name stand for the old and the new rows.</summary>
    /// <param name="provenance">What the new rows were made from; null for arrays in memory.</param>
    /// <returns>The store's new identity.</returns>
    /// <exception cref="ArgumentException">An image can't be decoded.</exception>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    /// <exception cref="TessarException">The disk is full, or the store has been replaced meanwhile.</exception>
    public string Finish(StoreProvenance? provenance = null)
    {
        // Files that are there for this append only; without an index that names them they are of no use.
        var added = new List<string>();
        try
        {
            (_, string? segment) = _writer.FinishAs(provenance, identity => Note(SegmentIndex.PathOf(_path, identity)));
            if (_store.Manifest.Segments is null)
                HardLink.CreateOrCopy(_path, Note(SegmentIndex.PathOf(_path, _store.Identity)));
            return Publish(segment!);
        }
        catch
        {
            foreach (string file in added)
                File.Delete(file);
            throw;
        }

        string Note(string path)
        {
            if (!File.Exists(path))
                added.Add(path);
            return path;
        }
    }

    /// <summary>Removes what has been written, unless <see cref="Finish"/> has returned.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _store.Dispose();
        _lock.Dispose();
    }

    /// <summary>Replaces the store's file by one that names its segments and the new one.</summary>
    private string Publish(string segment)
    {
        string[] names = [.. _store.Manifest.Segments is { } before
            ? before.Select(old => Path.Combine(Path.GetDirectoryName(_path)!, old.File))
            : [SegmentIndex.PathOf(_path, _store.Identity)], segment];
        var segments = new List<StoreFile>();
        try
        {
            foreach (string name in names)
                segments.Add(StoreFile.Open(name));
            using AtomicFile index = AtomicFile.Create(_path);
            string identity = SegmentIndex.Write(index, SegmentIndex.Manifest(segments), _store.HasIds);

            // Rows are added to the store that was opened or to none.
            using (StoreFile now = StoreFile.Open(_path))
            {
                string found = _store.Manifest.Segments is null && segments[0].Identity != _store.Identity
                    ? segments[0].Identity
                    : now.Identity;
                if (found != _store.Identity)
                {
                    throw new TessarException(
                        $"`{_path}` has been replaced while rows were appended: it was {_store.Identity} and is {found}. Append "
                            + $"them again.",
                        ErrorKind.Environment);
                }
            }

            index.Commit();
            return identity;
        }
        finally
        {
            foreach (StoreFile file in segments)
                file.Dispose();
        }
    }

    private static StoreColumn AsNew(StoreColumn column) => column with
    {
        Shape = column.HasMixedImages ? [] : column.Shape,
        Offset = 0,
        Metadata = null,
        Blob = null,
    };

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0,
                FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"Rows can't be appended to `{path}`: {e.Message.TrimEnd('.')}. Check the path; if another process appends to "
                    + $"it, wait until it has ended.",
                ErrorKind.Environment, e);
        }
    }
}
