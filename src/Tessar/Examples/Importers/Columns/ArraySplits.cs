namespace Tessar.Examples.Importers.Columns;

/// <summary>Groups arrays by the split in their names: <c>x_train</c>, <c>y_train</c>, <c>x_test</c>, <c>y_test</c>.</summary>
internal static class ArraySplits
{
    /// <summary>A table for each split.</summary>
    /// <param name="split">The split of all of them, or null when their names tell.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="classes">Names of the classes, or null.</param>
    /// <exception cref="FileFormatException">Arrays of one split have different numbers of rows.</exception>
    public static IReadOnlyList<SourceTable> Tables(string? split, IReadOnlyList<ArraySource> arrays, IReadOnlyList<string>? classes = null)
    {
        if (split is not null)
            return [Table(split, arrays)];
        (string? Split, string Name)[] names = [.. arrays.Select(array => SplitNames.OfArray(array.Name))];
        return Array.Exists(names, name => name.Split is null)
            ? [Table(null, arrays)]
            :
            [
                .. arrays.Select((array, i) => (names[i].Split, Array: array with { Name = names[i].Name })).GroupBy(entry => entry.Split, StringComparer.Ordinal)
                    .Select(group => Table(group.Key, [.. group.Select(entry => entry.Array)])),
            ];

        ArrayTable Table(string? of, IReadOnlyList<ArraySource> parts) => new(of, [.. parts.OrderBy(part => part.Name, StringComparer.Ordinal)]) { ClassNames = classes };
    }
}
