using System.Buffers.Binary;
using System.IO.Hashing;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples;

/// <summary>Small stores with known content, and ways to damage them.</summary>
internal static class TestStores
{
    /// <summary>Two splits of 4×3×2 pictures and labels of three classes; ids are 1000 less the row.</summary>
    public static StoreLayout Layout(long train, long test, bool hasIds = false) => new()
    {
        Columns = [StoreColumn.Image("image", new ImageShape(4, 3, 2)), StoreColumn.Scalar("label", ElementType.I32)],
        Splits = [new StoreSplit("train", 0, train), new StoreSplit("test", 0, test)],
        Classes = ["ant", "bee", "cat"],
        HasIds = hasIds,
        PageSize = 65536,
    };

    /// <summary>Pixel i of row r is (7 r + i) mod 256; the label is r mod 3.</summary>
    public static byte[] Row(long row)
    {
        byte[] bytes = new byte[28];
        for (int i = 0; i < 24; i++)
            bytes[i] = (byte)((7 * row) + i);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), (int)(row % 3));
        return bytes;
    }

    public static string Write(string path, long train, long test, bool hasIds = false)
    {
        using var writer = ExampleStoreWriter.Create(path, Layout(train, test, hasIds));
        for (long row = 0; row < train + test; row++)
            writer.Append(Row(row), hasIds ? (ulong)(1000 - row) : null);
        return writer.Finish();
    }

    public static ExampleStore Make(TemporaryFolder folder, long train = 10, long test = 5)
    {
        Write(folder.File("store.tess"), train, test);
        return ExampleStore.Open(folder.File("store.tess"));
    }

    public static void VerifyAll(this ExampleStore store) => store.Verify(null, TestContext.Current.CancellationToken);

    /// <summary>The file with another manifest, whose checksums are right.</summary>
    public static byte[] WithManifest(byte[] store, ReadOnlySpan<byte> manifest)
    {
        int offset = (int)BinaryPrimitives.ReadInt64LittleEndian(store.AsSpan(32));
        byte[] changed = [.. store.AsSpan(0, offset), .. manifest];
        BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(40), manifest.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(changed.AsSpan(48), XxHash64.HashToUInt64(manifest));
        return Seal(changed);
    }

    /// <summary>Makes the header's checksum right.</summary>
    public static byte[] Seal(byte[] store)
    {
        store.AsSpan(4088, 8).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(store.AsSpan(4088), XxHash64.HashToUInt64(store.AsSpan(0, 4096)));
        return store;
    }

    public static byte[] ManifestOf(byte[] store) => store[(int)BinaryPrimitives.ReadInt64LittleEndian(store.AsSpan(32))..];

    /// <summary>Opens bytes as a store and, if that works, reads all of it; only the named error may stop either.</summary>
    /// <returns>True when the store could be opened and verified.</returns>
    public static bool ReadAll(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        return ReadAll(path);
    }

    /// <inheritdoc cref="ReadAll(string, byte[])"/>
    public static bool ReadAll(string path)
    {
        try
        {
            using var store = ExampleStore.Open(path);
            foreach (StoreColumn column in store.Manifest.Columns)
            {
                for (long row = 0; row < Math.Min(store.Count, 100); row++)
                    Assert.Equal(column.Stride, store.Row(column, row).Length + (int)(store.IdOf(row) & 0));
            }

            store.VerifyAll();
            return true;
        }
        catch (FileFormatException e)
        {
            Assert.Equal(path, e.Path);
            return false;
        }
    }
}
