using System.Buffers.Binary;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Training.Loading;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Loading;

/// <summary>Stores of noise whose labels and ids tell the row, and ways to read a loader to its end.</summary>
internal static class LoaderCases
{
    public const int Classes = 7;

    /// <summary>A store with the split <c>train</c>; the label of row r is r mod 7, its id 3 r + 5.</summary>
    public static ExampleStore Store(
        TemporaryFolder folder, int count, int height = 6, int width = 9, int channels = 1, string name = "noise.tess")
    {
        string path = folder.File(name);
        var shape = new ImageShape(height, width, channels);
        using (var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [
                StoreColumn.Image("image", shape),
                StoreColumn.Scalar("label", ElementType.I32),
                StoreColumn.Scalar("weight", ElementType.F64)
            ],
            Splits = [new StoreSplit("train", 0, count), new StoreSplit("test", count, 0)],
            Classes = [.. Enumerable.Range(0, Classes).Select(i => $"class {i}")],
            HasIds = true,
            PageSize = 65536,
        }))
        {
            byte[] row = new byte[shape.Size + sizeof(int) + sizeof(double)];
            for (int i = 0; i < count; i++)
            {
                new Random(i).NextBytes(row.AsSpan(0, shape.Size));
                BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(shape.Size), i % Classes);
                BinaryPrimitives.WriteDoubleLittleEndian(row.AsSpan(shape.Size + sizeof(int)), i / 2.0);
                writer.Append(row, (ulong)((3 * i) + 5));
            }

            writer.Finish();
        }

        return ExampleStore.Open(path);
    }

    /// <summary>Every delivered example with its numbers, in order; the ones that don't count are left out.</summary>
    public static List<(int Index, float[] Numbers, long Label)> Read(
        ExampleLoader loader, int epoch, long position = 0, int batches = int.MaxValue)
    {
        var read = new List<(int, float[], long)>();
        foreach (LoadedBatch batch in loader.Epoch(epoch, position))
        {
            using (batch)
            {
                using var scope = NewDisposeScope();
                float[] numbers = batch.Inputs.permute(0, 2, 3, 1).contiguous().data<float>().ToArray();
                long[] labels = batch.Labels.data<long>().ToArray();
                int size = numbers.Length / batch.Count;
                for (int i = 0; i < batch.ValidCount; i++)
                    read.Add((batch.Indices[i], numbers[(i * size)..((i + 1) * size)], labels[i]));
            }

            if (--batches == 0)
                break;
        }

        return read;
    }

    /// <summary>The examples of an epoch, or of the rest of one, in order.</summary>
    public static List<int> Indices(ExampleLoader loader, int epoch, long position = 0)
    {
        var read = new List<int>();
        foreach (LoadedBatch batch in loader.Epoch(epoch, position))
        {
            read.AddRange(batch.Indices[..batch.ValidCount]);
            batch.Dispose();
        }

        return read;
    }

    public static float[] Expected(ExampleSet set, int index, InputNormalization input)
    {
        float[] numbers = new float[set.Store.Image.Size];
        PixelConversion.Reference(set.Image(index), numbers, new PixelScale(input));
        return numbers;
    }
}
