using System.Diagnostics;
using System.IO.Hashing;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Examples.Storage;
using Tessar.Tensors;

namespace Tessar.Bench;

/// <summary>Opens a store of ten million 28×28 pictures, whose rows are holes in the file.</summary>
internal static class LargeStore
{
    private const long Rows = 10_000_000;

    public static Spread OpenMilliseconds()
    {
        string path = Path.Combine(Path.GetTempPath(), $"tessar-bench-{Environment.ProcessId}.tess");
        try
        {
            Write(path);
            var times = new List<double>();
            for (int round = 0; round < Ratio.WarmUps + Ratio.Rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                using ExampleStore store = ExampleStore.Open(path);
                if (store.Row(store.Column("image"), Rows - 1).Length != 784)
                    throw new InvalidOperationException("The last row isn't there.");
                if (round >= Ratio.WarmUps)
                    times.Add(watch.Elapsed.TotalMilliseconds);
            }

            return Spread.Of(times);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Write(string path)
    {
        StoreColumn[] columns = [
            StoreColumn.Image("image", new ImageShape(28, 28, 1)),
            StoreColumn.Scalar("label", ElementType.I32)
        ];
        StoreSplit[] splits = [new("train", 0, Rows), new("test", Rows, 0)];
        var layout = new StoreLayout { Columns = columns, Splits = splits, Classes = ["a", "b"] };
        StorePlaces places = StoreRules.Place(columns, splits, hasIds: false);
        long pages = StoreRules.Pages(places.End, layout.PageSize);
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(
            new StoreManifest
            {
                Schema = 1,
                Count = Rows,
                Columns = [.. places.Columns.Select(column => WithStatistics(column, layout))],
                Splits = places.Splits,
                Classes = layout.Classes,
                Checksums = new StoreChecksums(layout.PageSize, places.End, pages, new string('0', 64)),
                Provenance = new StoreProvenance("arrays", [], new Dictionary<string, string>(StringComparer.Ordinal)),
            },
            ManifestJson.Default.StoreManifest);
        long offset = StoreRules.Align(places.End + (pages * sizeof(ulong)));
        var header = new StoreHeader(
            false, layout.PageSize, Rows, columns.Length, offset, manifest.Length, XxHash64.HashToUInt64(manifest));
        using FileStream file = File.Create(path);
        file.Write(header.ToBytes());
        file.Position = offset;
        file.Write(manifest);
    }

    // Those of a single row, in place of those of rows that aren't there.
    private static StoreColumn WithStatistics(StoreColumn column, StoreLayout layout)
    {
        var accumulator = ColumnAccumulator.For(column, layout.Classes.Count);
        ColumnStatistics nothing = accumulator.ToStatistics() with { ClassCounts = column.Name == "label" ? [0, 0] : null };
        accumulator.Add(new byte[column.Stride], 0);
        ColumnStatistics one = accumulator.ToStatistics();
        return column with
        {
            Statistics = one,
            SplitStatistics = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal)
            {
                ["train"] = one,
                ["test"] = nothing
            },
        };
    }
}
