namespace Tessar.Examples.Importers.Columns;

/// <summary>Groups arrays by the split in their names: <c>x_train</c>, <c>y_train</c>, <c>x_test</c>, <c>y_test</c>.</summary>
internal static class ArraySplits
{
    /// <summary>A table for each split.</summary>
    /// <param name="split">The split of all of them, or null when their names tell.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="options">Which of them were asked for.</param>
    /// <param name="unread">Arrays that can't be stored.</param>
    /// <param name="classes">Names of the classes, or null.</param>
    /// <param name="files">Tells the files they come from; null for the arrays' own.</param>
    /// <exception cref="FileFormatException">Arrays of one split have different numbers of rows.</exception>
    public static IReadOnlyList<SourceTable> Tables(
        string? split, IReadOnlyList<ArraySource> arrays, ImportOptions options, IReadOnlyList<UnreadColumn>? unread = null,
        IReadOnlyList<string>? classes = null, Func<CancellationToken, IReadOnlyList<StoreSource>>? files = null)
    {
        // Arrays that nobody asked for may be of any length, so they go before lengths are compared.
        IEnumerable<string> known = arrays.Select(array => array.Name).Concat((unread ?? []).Select(column => column.Name));
        ChosenColumns.CheckNames(
            options,
            [.. known.Concat(split is null ? arrays.Select(array => SplitNames.OfArray(array.Name).Name) : [])
                .Distinct(StringComparer.Ordinal)]);
        ArraySource[] wanted = [.. arrays.Where(array =>
            options.Wants(array.Name) || (split is null && options.Wants(SplitNames.OfArray(array.Name).Name)))];
        if (wanted.Length == 0)
            throw ChosenColumns.None(arrays[0].Path, arrays.Select(array => array.Name), unread ?? []);
        if (split is not null)
            return [Table(split, wanted)];
        (string? Split, string Name)[] names = [.. wanted.Select(array => SplitNames.OfArray(array.Name))];
        return Array.Exists(names, name => name.Split is null)
            ? [Table(null, wanted)]
            :
            [
                .. wanted.Select((array, i) => (names[i].Split, Array: array with { Name = names[i].Name }))
                .GroupBy(entry => entry.Split, StringComparer.Ordinal)
                    .Select(group => Table(group.Key, [.. group.Select(entry => entry.Array)])),
            ];

        ArrayTable Table(string? of, IReadOnlyList<ArraySource> parts) =>
            new(of, [.. parts.OrderBy(part => part.Name, StringComparer.Ordinal)], files)
            {
                ClassNames = classes,
                UnreadArrays = unread ?? [],
            };
    }
}
