using System.Buffers.Binary;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Runs;

/// <summary>Small pictures whose class shows: a bright band on noise, at a height that depends on the class.</summary>
internal static class SmallData
{
    /// <summary>Writes a store of <paramref name="train"/> and <paramref name="test"/> pictures in three classes.</summary>
    public static string Write(
        TemporaryFolder folder, int train = 100, int test = 30, int side = 6, int channels = 1, string name = "small.tess")
    {
        string path = folder.File(name);
        var shape = new ImageShape(side, side, channels);
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", shape), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, train), new StoreSplit("test", train, test)],
            Classes = ["low", "middle", "high"],
        });
        byte[] row = new byte[shape.Size + sizeof(int)];
        for (int i = 0; i < train + test; i++)
        {
            var random = new RandomStream(5, "small data", i);
            int label = random.NextInt32(3);
            for (int y = 0; y < side; y++)
            {
                int bright = y * 3 / side == label ? 120 : 0;
                for (int x = 0; x < side * channels; x++)
                    row[y * side * channels + x] = (byte)(random.NextInt32(136) + bright);
            }

            BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(shape.Size), label);
            writer.Append(row);
        }

        writer.Finish();
        return path;
    }
}
