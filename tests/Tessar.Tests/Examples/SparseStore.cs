using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Examples.Storage;

namespace Tessar.Tests.Examples;

/// <summary>Stores of any length whose rows are holes in the file: only header and manifest are written.</summary>
internal static class SparseStore
{
    public static void Write(string path, long rows) => Write(path, rows, TestStores.Layout(rows, 0));

    /// <summary>As many empty texts.</summary>
    public static void WriteRagged(string path, long rows) =>
        Write(path, rows, TestStores.Layout(rows, 0) with { Columns = [StoreColumn.Text("text")] });

    private static void Write(string path, long rows, StoreLayout layout)
    {
        StorePlaces places = StoreRules.Place(layout.Columns, layout.Splits, hasIds: false);
        (StoreColumn[] columns, long end) = (places.Columns, places.End);
        int version = layout.Columns.Any(column => column.IsRagged) ? 2 : 1;
        long pages = StoreRules.Pages(end, layout.PageSize);
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(
            new StoreManifest
            {
                Schema = version,
                Count = rows,
                Columns = [.. columns.Select(column => WithStatistics(column, layout))],
                Splits = places.Splits,
                Classes = layout.Classes,
                Checksums = new StoreChecksums(layout.PageSize, end, pages, new string('0', 64)),
                Provenance = new StoreProvenance("arrays", [], new Dictionary<string, string>()),
            },
            ManifestJson.Default.StoreManifest);
        long offset = StoreRules.Align(end + (pages * sizeof(ulong)));
        var header = new StoreHeader(
            false, layout.PageSize, rows, columns.Length, offset, manifest.Length, XxHash64.HashToUInt64(manifest))
        {
            Version = version
        };
        using FileStream file = File.Create(path);
        file.Write(header.ToBytes());
        file.Position = offset;
        file.Write(manifest);
    }

    /// <summary>The statistics of a single row, in place of those of rows that nobody has counted.</summary>
    private static StoreColumn WithStatistics(StoreColumn column, StoreLayout layout)
    {
        var accumulator = ColumnAccumulator.For(column, layout.Classes.Count);
        var nothing = accumulator.ToStatistics() with { ClassCounts = column.Name == "label" ? [0, 0, 0] : null };
        accumulator.Add(new byte[column.Stride], 0);
        ColumnStatistics one = accumulator.ToStatistics();
        return column with
        {
            Statistics = one,
            SplitStatistics = new Dictionary<string, ColumnStatistics> { ["train"] = one, ["test"] = nothing }
        };
    }

    public static long ManifestLength(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] header = new byte[48];
        file.ReadExactly(header);
        return BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
    }

    /// <summary>Bytes of a mapped file that this process has touched, from /proc/self/smaps.</summary>
    public static long ResidentBytes(string path)
    {
        long total = 0;
        bool isInFile = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Contains('-', StringComparison.Ordinal))
                isInFile = line.EndsWith(path, StringComparison.Ordinal);
            else if (isInFile && words[0] == "Rss:")
                total += 1024 * long.Parse(words[1], CultureInfo.InvariantCulture);
        }

        return total;
    }
}
