namespace Tessar.Examples.Storage;

/// <summary>Knows which file holds which rows of a store.</summary>
/// <remarks>
/// A split's rows run through the segments in order, so a store is cut into at most splits × segments pieces; finding a row is a
/// binary search among them, whatever the number of rows.
/// </remarks>
internal sealed class SegmentMap
{
    private readonly Piece[] _pieces;

    private SegmentMap(StoreFile[] files, Piece[] pieces) => (Files, _pieces) = (files, pieces);

    /// <summary>The files that hold rows; a segment named twice is there twice.</summary>
    public IReadOnlyList<StoreFile> Files { get; }

    /// <summary>Opens what a store's file names; a file without segments stands for itself.</summary>
    /// <exception cref="FileFormatException">A segment is missing, is another one, or doesn't suit.</exception>
    public static SegmentMap Open(StoreFile store)
    {
        if (store.Manifest.Segments is not { } segments)
            return new SegmentMap([store], [new Piece(0, store, 0, 0)]);
        var files = new List<StoreFile>(segments.Count);
        try
        {
            foreach (StoreSegment segment in segments)
                files.Add(Open(store, segment));
            return new SegmentMap([.. files], Cut(store, files));
        }
        catch
        {
            foreach (StoreFile file in files)
                file.Dispose();
            throw;
        }
    }

    /// <summary>The file that holds a row, and the row's number there.</summary>
    /// <param name="row">In [0, rows of the store).</param>
    public (StoreFile File, long Row) Find(long row)
    {
        Piece piece = PieceOf(row);
        return (piece.File, row - piece.First + piece.FirstThere);
    }

    /// <summary>A row's own id, or its number among the rows of all segments, segment after segment.</summary>
    public ulong IdOf(long row)
    {
        Piece piece = PieceOf(row);
        long there = row - piece.First + piece.FirstThere;
        return piece.File.IdOf(there) ?? (ulong)(piece.RowsBefore + there);
    }

    private static StoreFile Open(StoreFile store, StoreSegment segment)
    {
        string path = Path.Combine(Path.GetDirectoryName(store.Path)!, segment.File);
        string wanted = $"the segment of {store.Path} with identity {segment.Identity}";
        if (!File.Exists(path))
            throw Refuse(path, wanted, "no file");
        StoreFile file = StoreFile.Open(path);
        string? objection = file.Identity != segment.Identity ? $"the identity {file.Identity}" : Objection(store, file);
        if (objection is null)
            return file;
        file.Dispose();
        throw Refuse(path, wanted, objection);
    }

    private static string? Objection(StoreFile store, StoreFile segment)
    {
        StoreManifest whole = store.Manifest, part = segment.Manifest;
        if (part.Segments is not null)
            return "a file that names segments itself";
        if (!part.Classes.SequenceEqual(whole.Classes, StringComparer.Ordinal) || segment.HasIds != store.HasIds
            || part.Columns.Count != whole.Columns.Count)
            return "other classes, ids or columns";
        for (int i = 0; i < part.Columns.Count; i++)
        {
            StoreColumn of = part.Columns[i], wanted = whole.Columns[i];
            bool isSame = (of.Name, of.Kind, of.Type, of.Codec, of.Stride) == (
                wanted.Name, wanted.Kind, wanted.Type, wanted.Codec, wanted.Stride)
                && (of.Shape.SequenceEqual(wanted.Shape)
                || (wanted.HasMixedImages && (wanted.Shape.Count == 0 || part.Count == 0)));
            if (!isSame)
                return $"another column `{of.Name}`";
        }

        return null;
    }

    private static Piece[] Cut(StoreFile store, List<StoreFile> files)
    {
        var pieces = new List<Piece>();
        long row = 0;
        foreach (StoreSplit split in store.Manifest.Splits)
        {
            long before = 0;
            foreach (StoreFile file in files)
            {
                if (file.Manifest.Splits.FirstOrDefault(part => part.Name == split.Name) is { Count: > 0 } part)
                {
                    pieces.Add(new Piece(row, file, part.First, before));
                    row += part.Count;
                }

                before += file.Manifest.Count;
            }

            if (row != split.First + split.Count)
                throw store.Refuse(null, $"{split.Count} rows of `{split.Name}` in the segments", $"{row - split.First}");
        }

        long there = files.Sum(file => file.Manifest.Count);
        return there == store.Manifest.Count
            ? [.. pieces]
            : throw store.Refuse(null, $"{store.Manifest.Count} rows in the segments", $"{there}, some in other splits");
    }

    private static FileFormatException Refuse(string path, string expected, string found) => new(
        path, null, expected, found, "Put the right file beside the store, or make the store again.")
    {
        Remedies = [new(RemedyKind.ImportExamples)]
    };

    private Piece PieceOf(long row)
    {
        int low = 0;
        if (_pieces.Length == 1)
            return _pieces[0];
        for (int high = _pieces.Length - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            if (_pieces[middle].First <= row)
                low = middle;
            else
                high = middle - 1;
        }

        return _pieces[low];
    }

    /// <summary>Successive rows of one split in one file.</summary>
    /// <param name="First">Its first row in the store.</param>
    /// <param name="File">The file.</param>
    /// <param name="FirstThere">Its first row in the file.</param>
    /// <param name="RowsBefore">Rows of all segments before this one.</param>
    private sealed record Piece(long First, StoreFile File, long FirstThere, long RowsBefore);
}
