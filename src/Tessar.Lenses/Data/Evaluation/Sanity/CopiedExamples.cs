using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>A small store of its own in which every training example is there twice, removed on disposal.</summary>
internal sealed class CopiedExamples : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tessar-copies-").FullName;

    /// <summary>Writes it.</summary>
    /// <param name="train">Whose first examples are copied, with the labels they have here.</param>
    /// <param name="targets">Copied once.</param>
    /// <param name="count">Examples to copy; fewer when there are fewer.</param>
    /// <exception cref="FileFormatException">A picture can't be read.</exception>
    public CopiedExamples(ExampleSet train, ExampleSet targets, int count)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        count = Math.Min(count, train.Count);
        try
        {
            string path = Path.Combine(_folder, "copies.tess");
            Write(path, train, targets, count);
            Store = ExampleStore.Open(path);
        }
        catch
        {
            Directory.Delete(_folder, recursive: true);
            throw;
        }

        (Train, Targets) = (new ExampleSet(Store, "train", 0, 2 * count), new ExampleSet(Store, "test", 0, targets.Count));
    }

    public ExampleStore Store { get; }

    /// <summary>Example i + n repeats example i.</summary>
    public ExampleSet Train { get; }

    public ExampleSet Targets { get; }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Write(string path, ExampleSet train, ExampleSet targets, int count)
    {
        ImageShape image = train.Store.Image;
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", image), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = [new StoreSplit("train", 0, 2 * count), new StoreSplit("test", 2 * count, targets.Count)],
            Classes = [.. train.Store.ClassNames],
        });
        byte[] row = new byte[image.Height * image.Width * image.Channels + sizeof(int)];
        for (int i = 0; i < 2 * count; i++)
            Append(train, i % count);
        for (int j = 0; j < targets.Count; j++)
            Append(targets, j);
        writer.Finish();

        void Append(ExampleSet set, int index)
        {
            set.ReadImage(index, image, row.AsSpan(0, row.Length - sizeof(int)));
            int label = set.Label(index);
            MemoryMarshal.Write(row.AsSpan(row.Length - sizeof(int)), in label);
            writer.Append(row);
        }
    }
}
