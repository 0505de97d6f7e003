using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Tests.Data;

/// <summary>A run of a zoo model with random weights on 8×8 images in three classes, in a folder of its own.</summary>
internal sealed class SmallRun : IDisposable
{
    public const int TrainCount = 150;
    public const int TestCount = 12;

    private readonly TemporaryFolder _folder = new();

    public SmallRun(string model = "mlp", ulong seed = 1, bool duplicateFirst = false, int trainCount = TrainCount)
    {
        string store = Path.Combine(_folder.Path, "small.tess");
        WriteStore(store, duplicateFirst, trainCount);
        Store = ExampleStore.Open(store);
        Run = Add("first", model, seed);
    }

    public ExampleStore Store { get; }

    public Run Run { get; }

    public ExampleSet Train => new(Store, "train", 0, TrainCount);

    public ExampleSet Test => new(Store, "test", 0, TestCount);

    public RunView View => new(Run);

    public static IReadOnlyDictionary<string, string> Settings(params (string Name, string Value)[] settings) =>
        settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal);

    public Run Add(string name, string model, ulong seed)
    {
        using var module = ModelSource.Parse(model).Create(ModelInput.Of(Store), 3, seed);
        return Run.Open(ImportedRun.Write(
            Path.Combine(_folder.Path, "runs", name), model, module, Store, "train:0-149", "test:0-11"));
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    // Class c has a bright stripe in rows 2c and 2c + 1 over noise.
    private static void WriteStore(string path, bool duplicateFirst, int trainCount)
    {
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", new ImageShape(8, 8, 1)), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, trainCount), new StoreSplit("test", trainCount, TestCount)],
            Classes = ["top", "middle", "bottom"],
        });
        byte[] first = [];
        for (int row = 0; row < trainCount + TestCount; row++)
        {
            var random = new RandomStream(5, "small run", row);
            int label = random.NextInt32(3);
            byte[] pixels = [.. Enumerable.Range(0, 64).Select(i => (byte)(random.NextInt32(90) + (i / 16 == label ? 150 : 0)))];
            byte[] bytes = [.. pixels, .. BitConverter.GetBytes(label)];
            if (row == 0)
                first = bytes;
            writer.Append(row == 1 && duplicateFirst ? first : bytes);
        }

        writer.Finish();
    }
}
