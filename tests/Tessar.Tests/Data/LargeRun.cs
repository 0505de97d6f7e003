using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Tensors;

namespace Tessar.Tests.Data;

/// <summary>
/// A run of an mlp with random weights and more examples than a gradient store keeps in memory before it writes the first.
/// </summary>
internal static class LargeRun
{
    public const int TrainCount = 1600;

    /// <summary>Writes data and run into a folder; the same bytes in every folder.</summary>
    /// <returns>The run's folder.</returns>
    public static string Write(string folder, string data)
    {
        string store = Path.Combine(data, "large.tess");
        if (!File.Exists(store))
            WriteStore(store);
        using ExampleStore examples = ExampleStore.Open(store);
        using var module = ModelSource.Parse("mlp").Create(ModelInput.Of(examples), 3, 1);
        return ImportedRun.Write(Path.Combine(folder, "run"), "mlp", module, examples, $"train:0-{TrainCount - 1}", "test:0-3");
    }

    private static void WriteStore(string path)
    {
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, TrainCount), new StoreSplit("test", TrainCount, 4)],
            Classes = ["a", "b", "c"],
        });
        for (int row = 0; row < TrainCount + 4; row++)
        {
            var random = new RandomStream(6, "large run", row);
            byte[] pixels = [.. Enumerable.Range(0, 64).Select(_ => (byte)random.NextInt32(256))];
            writer.Append([.. pixels, .. BitConverter.GetBytes(random.NextInt32(3))]);
        }

        writer.Finish();
    }
}
