using System.Buffers;
using Tessar.Examples.Images;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>Tries every picture before the first row is written, and counts the rows.</summary>
internal static class ImageSurvey
{
    private const int RowsAtOnce = 64, FailuresShown = 5;

    /// <summary>
    /// Decodes all pictures of the rows that are to be imported; leaves out those that can't be, or fails naming them.
    /// </summary>
    /// <param name="selections">The rows; their numbers are filled in.</param>
    /// <param name="images">True for each column of image files.</param>
    /// <param name="image">The column of which the colours are wanted, or −1.</param>
    /// <param name="skipBad">True to leave out, false to fail.</param>
    /// <param name="progress">Receives the rows tried.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>True when the column <paramref name="image"/> holds pictures and all are grey.</returns>
    /// <exception cref="FileFormatException">Pictures can't be decoded, and that isn't allowed.</exception>
    public static bool Run(
        IReadOnlyList<RowSelection> selections, IReadOnlyList<bool> images, int image, bool skipBad,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        bool hasImages = images.Contains(true), isGray = hasImages && image >= 0;
        var failures = new List<(FileFormatException Error, string Name)>();
        long done = 0, failed = 0, total = selections.Any(selection => selection.Count < 0)
            ? 0
            : selections.Sum(selection => selection.Count);
        foreach (RowSelection selection in selections.Where(selection => hasImages || selection.Count < 0))
        {
            long good = 0;
            foreach ((long Index, SourceRow Row)[] rows in Candidates(selection, images).Chunk(RowsAtOnce))
            {
                var errors = new FileFormatException?[rows.Length];
                bool[] gray = new bool[rows.Length], animated = new bool[rows.Length];
                Parallel.For(0, rows.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
                    (errors[i], gray[i], animated[i]) = Try(rows[i].Row, images, image));
                for (int i = 0; i < rows.Length && good < selection.Limit; i++)
                {
                    if (errors[i] is { } error)
                    {
                        failed++;
                        if (failures.Count < FailuresShown)
                            failures.Add((error, rows[i].Row.Name));
                        if (skipBad)
                            selection.Skipped.Add(rows[i].Index, rows[i].Row.Name);
                        continue;
                    }

                    good++;
                    selection.Animated += animated[i] ? 1 : 0;
                    isGray &= gray[i];
                }

                done += rows.Length;
                progress?.Report(new ImportProgress(done, total, IsSurvey: true));
                if (good == selection.Limit)
                    break;
            }

            selection.Count = good;
        }

        return failed == 0 || skipBad ? isGray : throw Refuse(failures, failed);
    }

    /// <summary>
    /// The rows without the first ones that the selection passes over; more than the limit, for bad ones may be among them.
    /// </summary>
    private static IEnumerable<(long Index, SourceRow Row)> Candidates(RowSelection selection, IReadOnlyList<bool> wanted) =>
        new RowSelection(selection.Split, selection.Table, selection.First, long.MaxValue, selection.End).Rows(wanted);

    private static (FileFormatException? Error, bool IsGray, bool IsAnimated) Try(
        SourceRow row, IReadOnlyList<bool> images, int image)
    {
        bool isGray = true, isAnimated = false;
        for (int c = 0; c < images.Count; c++)
        {
            if (!images[c])
                continue;
            try
            {
                ImageHeader? header = row.Cells[c].Raw is null ? Decode(row, row.Cells[c].Bytes.Span) : null;
                isGray &= c != image || (row.Cells[c].Raw ?? header!.Value.Shape).Channels <= 2;
                isAnimated |= header?.IsAnimated == true;
            }
            catch (FileFormatException e)
            {
                return (e, true, false);
            }
        }

        return (null, isGray, isAnimated);
    }

    private static ImageHeader Decode(SourceRow row, ReadOnlySpan<byte> file)
    {
        var origin = new ImageSource(row.Path, row.Offset ?? 0);
        ImageHeader header = ImageDecoder.Probe(file, origin);
        ImageShape shape = header.Shape;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(shape.Size);
        try
        {
            ImageDecoder.Decode(file, shape, pixels.AsSpan(0, shape.Size), origin);
            return header;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private static FileFormatException Refuse(List<(FileFormatException Error, string Name)> failures, long failed)
    {
        FileFormatException first = failures[0].Error;
        string names = string.Join(", ", failures.Select(failure => failure.Name));
        string more = failed > failures.Count ? $" and {failed - failures.Count} more" : string.Empty;
        string images = failed == 1 ? "1 picture that can't" : $"{failed} pictures that can't";
        return new FileFormatException(
            first.Path, first.Offset, "pictures that can be decoded", $"{images}: {names}{more}",
            $"The first: {first.Message} Replace or remove them, or leave them out.", first)
        {
            Remedies = [new(RemedyKind.ChangeArgument, "skip-bad")]
        };
    }
}
