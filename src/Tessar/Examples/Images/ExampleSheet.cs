using System.Globalization;

namespace Tessar.Examples.Images;

/// <summary>Chooses the examples that show what a store holds, and draws them.</summary>
internal static class ExampleSheet
{
    private const int MostColumns = 10;

    /// <summary>
    /// A contact sheet of the first split that has examples: a line for each class with its first ones, or, where there are too
    /// many classes for that or none, the first examples in rows.
    /// </summary>
    /// <param name="store">A store with a column <c>image</c>.</param>
    /// <param name="count">About how many examples to show, ≥ 1.</param>
    /// <returns>A PNG, and how many examples are in it.</returns>
    /// <exception cref="FileFormatException">There is no column <c>image</c>, or a picture is damaged.</exception>
    /// <exception cref="TessarException">The store has no examples.</exception>
    public static (byte[] Png, int Count) Draw(ExampleStore store, int count)
    {
        StoreSplit split = store.Splits.FirstOrDefault(split => split.Count > 0)
            ?? throw new TessarException($"{store.Path} has no examples, so there is nothing to draw.", ErrorKind.InputData);
        var examples = new ExampleSet(store, split.Name, 0, (int)Math.Min(split.Count, int.MaxValue));
        bool hasClasses = store.Manifest.Columns.Any(column => column.Name == "label");
        int perClass = hasClasses ? Math.Min(count / store.ClassNames.Count, MostColumns) : 0;
        List<ContactSheet.Line> lines = perClass >= 2 ? ByClass(examples, perClass)
            : perClass == 1 ? InRows([.. FirstOfClasses(examples, 1).SelectMany(found => found)], examples, hasClasses)
            : InRows([.. Enumerable.Range(0, Math.Min(count, examples.Count))], examples, hasClasses);
        string title =
            $"{Path.GetFileNameWithoutExtension(store.Path)} · {split.Name}: "
                + $"{split.Count.ToString("N0", CultureInfo.InvariantCulture)} examples";
        return (ContactSheet.Draw(title, lines), lines.Sum(line => line.Tiles.Count));
    }

    private static List<ContactSheet.Line> ByClass(ExampleSet examples, int perClass) =>
    [
        .. FirstOfClasses(examples, perClass).Select((found, label) => (found, label)).Where(line => line.found.Count > 0).Select(
            line =>
                new ContactSheet.Line(
                    examples.Store.ClassNames[line.label],
                    [.. line.found.Select(i => SheetTile.Of(examples, i, caption: null))])),
    ];

    private static List<ContactSheet.Line> InRows(int[] indices, ExampleSet examples, bool hasClasses) =>
    [
        .. indices.Chunk(MostColumns).Select(row => new ContactSheet.Line(null, [.. row.Select(
            i =>
                SheetTile.Of(
                    examples, i, hasClasses ? examples.Store.ClassNames[examples.Label(i)] : $"{examples.Split}:{i}"))])),
    ];

    /// <summary>The first examples of each class; of rare classes fewer.</summary>
    private static List<int>[] FirstOfClasses(ExampleSet examples, int perClass)
    {
        List<int>[] found = [.. examples.Store.ClassNames.Select(_ => new List<int>())];
        int missing = found.Length * perClass;
        for (int i = 0; i < examples.Count && missing > 0; i++)
        {
            List<int> of = found[examples.Label(i)];
            if (of.Count == perClass)
                continue;
            of.Add(i);
            missing--;
        }

        return found;
    }
}
