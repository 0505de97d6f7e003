using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>Takes from a source the columns that were asked for, or all that a store can hold, and says which were left.</summary>
internal static class ChosenColumns
{
    /// <summary>The tables with the columns that are imported.</summary>
    /// <param name="tables">All tables of the source.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="unread">Columns that nobody asked for and that can't be stored.</param>
    /// <exception cref="TessarException">A column that was asked for isn't there, or can't be stored; or none remains.</exception>
    public static IReadOnlyList<SourceTable> Of(IReadOnlyList<SourceTable> tables, ImportOptions options, out IReadOnlyList<UnreadColumn> unread)
    {
        // A column that one file can't give isn't taken from the others either.
        UnreadColumn[] impossible = [.. tables.SelectMany(table => table.Unread).DistinctBy(column => column.Name, StringComparer.Ordinal)];
        foreach (UnreadColumn column in impossible.Where(column => options.AsksFor(column.Name)))
        {
            throw new TessarException(
                $"{column} of {tables[0].Name} can't be imported. A store holds numbers, arrays of one shape, text, JSON, bytes and pictures. Ask for other columns.",
                ErrorKind.InputData);
        }

        string[] names = [.. tables[0].Columns.Select(column => column.Name)];
        CheckNames(options, names);
        unread = options.Columns is null ? impossible : [];
        var lost = impossible.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        SourceTable[] chosen = [.. tables.Select(table => Narrow(table, column => !lost.Contains(column) && options.Wants(column)))];
        return chosen[0].Columns.Count > 0 ? chosen : throw None(tables[0].Name, names, impossible);
    }

    /// <summary>Says which of the columns that were asked for aren't there.</summary>
    /// <exception cref="TessarException">One isn't.</exception>
    public static void CheckNames(ImportOptions options, IReadOnlyList<string> names)
    {
        foreach (string missing in (options.Columns ?? []).Where(name => !names.Contains(name, StringComparer.Ordinal)))
        {
            throw new TessarException(
                $"The column `{missing}` is asked for, but the source has the columns: {string.Join(", ", names)}.{NearestName.Hint(missing, names)}", ErrorKind.Usage);
        }
    }

    /// <summary>The error about a source of which no column can be imported.</summary>
    public static FileFormatException None(string path, IEnumerable<string> names, IReadOnlyList<UnreadColumn> unread)
    {
        string found = string.Join(", ", unread.Select(column => column.ToString()).Concat(names.Except(unread.Select(column => column.Name), StringComparer.Ordinal)));
        return SourceFile.Refuse(path, null, "at least one column of numbers, arrays of one shape, text, JSON, bytes or pictures", found.Length == 0 ? "none" : found);
    }

    private static SourceTable Narrow(SourceTable table, Func<string, bool> isKept)
    {
        int[] kept = [.. Enumerable.Range(0, table.Columns.Count).Where(i => isKept(table.Columns[i].Name))];
        return kept.Length == table.Columns.Count ? table : new NarrowedTable(table, kept);
    }
}
