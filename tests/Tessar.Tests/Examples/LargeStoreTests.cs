using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples;

/// <summary>Stores whose size must not matter: to memory while they are written, to opening, to pages.</summary>
public sealed class LargeStoreTests
{
    [Fact]
    public void Rows_larger_than_a_page_come_back()
    {
        using var folder = new TemporaryFolder();
        var shape = new ImageShape(300, 400, 3);
        var layout = new StoreLayout
        {
            Columns = [
                StoreColumn.RaggedImage("image"),
                StoreColumn.Tensor("dense", ElementType.U8, 200_000),
                StoreColumn.Bytes("bytes", "zstd")
            ],
            Splits = [new StoreSplit("a", 0, 3), new StoreSplit("b", 0, 2)],
            PageSize = 65536,
        };
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout))
        {
            for (int row = 0; row < 5; row++)
                writer.Append([
                    StoreValue.Image(ImageCodec.Raw, shape, RaggedStores.Pixels(row, shape)),
                    StoreValue.Bytes(Dense(row)),
                    StoreValue.Bytes(Dense(row + 9))
                ]);
            writer.Finish();
        }

        using var store = ExampleStore.Open(folder.File("a.tess"));
        store.VerifyAll();
        Assert.Equal(shape, store.Image);
        for (int row = 0; row < 5; row++)
        {
            Assert.Equal(RaggedStores.Pixels(row, shape), store.ImageOf(row).Bytes.ToArray());
            Assert.Equal(Dense(row), store.Row(store.Column("dense"), row).ToArray());
            Assert.Equal(Dense(row + 9), store.Value(store.Column("bytes"), row));
        }

        static byte[] Dense(int seed) => [.. Enumerable.Range(0, 200_000).Select(i => (byte)((i * 31) ^ (i >> 8) ^ seed))];
    }

    [Fact]
    public void Writing_takes_less_memory_than_the_data()
    {
        using var folder = new TemporaryFolder();
        const int Rows = 6000, Bytes = 16_384;
        var layout = new StoreLayout
        {
            Columns = [StoreColumn.Tensor("dense", ElementType.U8, Bytes), StoreColumn.Bytes("text", "lz4")],
            Splits = [new StoreSplit("a", 0, Rows)],
        };
        byte[] value = new byte[Bytes];
        long start = GC.GetTotalMemory(forceFullCollection: true), peak = 0;
        using (var writer = ExampleStoreWriter.Create(folder.File("a.tess"), layout, workers: 2))
        {
            for (int row = 0; row < Rows; row++)
            {
                value.AsSpan().Fill((byte)row);
                writer.Append([StoreValue.Bytes(value), StoreValue.Bytes(value)]);
                if (row % 500 == 499)
                    peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - start);
            }

            writer.Finish();
        }

        // 98 MB dense, as much again compressed; a few chunks of 1 MiB are in hand at a time.
        Assert.InRange(peak, 0, 24 << 20);
    }

    [Fact]
    public void Opening_a_ragged_store_costs_the_same_for_any_number_of_rows()
    {
        using var folder = new TemporaryFolder();
        long[] sizes = [1000, 1_000_000_000];
        long[] allocated = new long[2];
        for (int i = 0; i < 2; i++)
        {
            string path = folder.File($"{sizes[i]}.tess");
            SparseStore.WriteRagged(path, sizes[i]);
            ExampleStore.Open(path).Dispose();
            long before = GC.GetAllocatedBytesForCurrentThread();
            using var store = ExampleStore.Open(path);
            allocated[i] = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(sizes[i], store.Count);
            if (OperatingSystem.IsLinux())
                Assert.InRange(SparseStore.ResidentBytes(path), 1, 1 << 20);
            Assert.Empty(store.Row(store.Column("text"), sizes[i] - 1).ToArray());
        }

        Assert.InRange(allocated[1] - allocated[0], -4096, 4096);
    }
}
