using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>
/// Makes splits of a source's tables: by their names, by the counts that were asked for, and within the limits.
/// </summary>
internal static class SplitPlan
{
    private const string Default = "train";

    /// <summary>The rows of each split, in the store's order.</summary>
    /// <exception cref="ArgumentException">Options name splits that aren't there or ask for more rows than there are.</exception>
    public static IReadOnlyList<RowSelection> Make(IReadOnlyList<SourceTable> tables, ImportOptions options)
    {
        SourceTable[] splits =
        [
            .. tables.GroupBy(table => table.Split ?? Default, StringComparer.Ordinal)
                .OrderBy(group => SplitNames.Order(group.Key))
                .Select(group =>
                    group.Count() == 1 && group.First().Split is not null
                        ? group.First()
                        : new JoinedTable(group.Key, [.. group])),
        ];
        if (splits.Length > 1 && (options.Split is not null || options.Splits.Count > 0))
        {
            throw new ArgumentException(
                $"The source has the splits {Names(splits.Select(split => split.Split!))}, so they can be neither named nor "
                    + $"cut anew.", nameof(options)).ForUser();
        }

        if (options.Split is { } name)
            splits = [new JoinedTable(name, [splits[0]])];
        RowSelection[] selections = options.Splits.Count == 0
            ? [.. splits.Select(split => new RowSelection(split.Split!, split, 0, LimitOf(options, split.Split!)))]
            : [.. Cut(splits[0], options)];
        foreach ((string split, long limit) in options.Limits)
        {
            if (limit < 0)
                throw new ArgumentOutOfRangeException(
                    nameof(options), limit, $"The limit of `{split}` is {limit}; it has to be 0 or more.").ForUser();
            if (!Array.Exists(selections, selection => selection.Split == split))
            {
                throw new ArgumentException(
                    $"`{split}` has a limit, but the source has the splits: "
                        + $"{Names(selections.Select(selection => selection.Split))}.", nameof(options)).ForUser();
            }
        }

        return selections;
    }

    private static IEnumerable<RowSelection> Cut(SourceTable table, ImportOptions options)
    {
        if (table.Count < 0)
            throw new ArgumentException(
                "Only a source that knows its number of rows can be cut into splits. Name a file for each split: "
                    + "`train=a,test=b`.", nameof(options)).ForUser();
        long asked = options.Splits.Sum(split => split.Value ?? 0), rest = table.Count - asked, first = 0;
        if (rest < 0 || options.Splits.Any(split => split.Value < 0) || options.Splits.Count(split => split.Value is null) > 1)
        {
            throw new ArgumentException(
                $"The splits ask for {asked} rows of {table.Count}; required are counts of 0 or more, at most one `*`, and no "
                    + $"more rows than there are. Correct the counts.",
                nameof(options)).ForUser(ErrorKind.Usage, new Remedy(RemedyKind.ChangeArgument, "splits"));
        }

        foreach ((string split, long? count) in options.Splits)
        {
            long rows = count ?? rest;
            yield return new RowSelection(split, table, first, Math.Min(rows, LimitOf(options, split)), first + rows);
            first += rows;
        }
    }

    private static long LimitOf(ImportOptions options, string split) =>
        Math.Max(0, options.Limits.GetValueOrDefault(split, long.MaxValue));

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
