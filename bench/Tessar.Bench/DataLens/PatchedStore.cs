using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Bench.DataLens;

/// <summary>
/// A copy of a data set with a shortcut: in training a white corner goes with one class, in the test it is on half of all
/// pictures.
/// </summary>
internal static class PatchedStore
{
    public const int Class = 0;
    public const int Size = 4;

    /// <summary>
    /// Whether a picture gets the corner: all training pictures of the class, and a random half of the test pictures of every
    /// class.
    /// </summary>
    public static bool IsPatched(ExampleSet set, int index) => set.Split == "train"
        ? set.Label(index) == Class
        : new RandomStream(1, "white corner", set.Row(index)).NextInt32(2) == 0;

    /// <summary>Writes the copy.</summary>
    public static void Write(ExampleStore source, string path)
    {
        if (File.Exists(path))
            return;
        StoreSplit[] splits = [.. source.Manifest.Splits.Select(split => new StoreSplit(split.Name, split.First, split.Count))];
        using var writer = ExampleStoreWriter.Create(path, new StoreLayout
        {
            Columns = [StoreColumn.Image("image", source.Image), StoreColumn.Scalar("label", ElementType.I32)],
            Splits = splits,
            Classes = source.ClassNames,
        });
        foreach (StoreSplit split in splits)
        {
            var set = new ExampleSet(source, split.Name, 0, (int)split.Count);
            for (int i = 0; i < set.Count; i++)
            {
                byte[] pixels = set.Image(i).ToArray();
                if (IsPatched(set, i))
                {
                    for (int y = 0; y < Size; y++)
                        pixels.AsSpan(y * source.Image.Width, Size).Fill(255);
                }

                writer.Append([.. pixels, .. BitConverter.GetBytes(set.Label(i))]);
            }
        }

        writer.Finish();
    }
}
