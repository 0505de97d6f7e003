using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>
/// Takes from a source the columns that were asked for, or all that a store can hold, and says which were left.
/// </summary>
internal static class ChosenColumns
{
    /// <summary>The tables with the columns that are imported.</summary>
    /// <param name="tables">All tables of the source.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="unread">Columns that nobody asked for and that can't be stored.</param>
    /// <exception cref="TessarException">
    /// A column that was asked for isn't there, or can't be stored; or none remains.
    /// </exception>
    public static IReadOnlyList<SourceTable> Of(
        IReadOnlyList<SourceTable> tables, ImportOptions options, out IReadOnlyList<UnreadColumn> unread)
    {
        // A column that one file can't give isn't taken from the others either.
        UnreadColumn[] impossible = [.. tables.SelectMany(table => table.Unread)
            .DistinctBy(column => column.Name, StringComparer.Ordinal)];
        foreach (UnreadColumn column in impossible.Where(column => options.AsksFor(column.Name)))
        {
            throw new TessarException(
                $"{column} of {tables[0].Name} can't be imported. A store holds numbers, arrays of one shape, text, JSON, bytes "
                    + $"and pictures. Ask for other columns.",
                ErrorKind.InputData);
        }

        string[] names = [.. tables[0].Columns.Select(column => column.Name)];
        CheckNames(options, names);
        impossible = [.. impossible, .. WithGaps(tables, options, impossible)];
        unread = options.Columns is null ? impossible : [];
        var lost = impossible.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        SourceTable[] chosen = [.. tables.Select(table =>
            Narrow(table, column => !lost.Contains(column) && options.Wants(column)))];
        return chosen[0].Columns.Count > 0 ? chosen : throw None(tables[0].Name, names, impossible);
    }

    /// <summary>
    /// Columns with missing values that are neither asked for nor pictures, classes or ids; none when nothing else would remain,
    /// so that reading says which value is missing.
    /// </summary>
    private static UnreadColumn[] WithGaps(IReadOnlyList<SourceTable> tables, ImportOptions options, UnreadColumn[] impossible)
    {
        string[] gaps = [.. tables.SelectMany(table => table.Gaps).Distinct(StringComparer.Ordinal)];
        if (gaps.Length == 0)
            return [];
        SourceColumn[] columns = [.. tables[0].Columns.Where(column =>
            !Array.Exists(impossible, other => other.Name == column.Name) && options.Wants(column.Name))];
        int[] chosen = [
            ColumnChoice.Image(columns, options),
            ColumnChoice.Label(columns, options)?.Index ?? -1,
            ColumnChoice.Id(columns)
        ];
        string[] needed = [.. chosen.Where(i => i >= 0).Select(i => columns[i].Name)];
        string[] lost = [.. gaps.Where(name => !options.AsksFor(name) && !needed.Contains(name, StringComparer.Ordinal))];
        return lost.Length < columns.Length ? [.. lost.Select(name => new UnreadColumn(name, "missing values"))] : [];
    }

    /// <summary>Says which of the columns that were asked for aren't there.</summary>
    /// <exception cref="TessarException">One isn't.</exception>
    public static void CheckNames(ImportOptions options, IReadOnlyList<string> names)
    {
        foreach (string missing in (options.Columns ?? []).Where(name => !names.Contains(name, StringComparer.Ordinal)))
        {
            throw new TessarException(
                UnknownName.Text("column", missing, names, "in the source"), ErrorKind.Usage);
        }
    }

    /// <summary>The error about a source of which no column can be imported.</summary>
    public static FileFormatException None(string path, IEnumerable<string> names, IReadOnlyList<UnreadColumn> unread)
    {
        string found = string.Join(
            ", ",
            unread.Select(column => column.ToString())
                .Concat(names.Except(unread.Select(column => column.Name), StringComparer.Ordinal)));
        return SourceFile.Refuse(
            path, null, "at least one column of numbers, arrays of one shape, text, JSON, bytes or pictures",
            found.Length == 0 ? "none" : found);
    }

    private static SourceTable Narrow(SourceTable table, Func<string, bool> isKept)
    {
        int[] kept = [.. Enumerable.Range(0, table.Columns.Count).Where(i => isKept(table.Columns[i].Name))];
        return kept.Length == table.Columns.Count ? table : new NarrowedTable(table, kept);
    }
}
