using System.Globalization;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>The classes of a source, and each row's.</summary>
internal sealed class LabelColumn
{
    private const int MostClasses = 100_000;
    private readonly Dictionary<string, int> _classes;
    private readonly LabelCells _cells;

    private LabelColumn(LabelCells cells, IReadOnlyList<string> classes, IReadOnlyDictionary<string, string>? merged = null)
    {
        (_cells, Classes) = (cells, classes);
        _classes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < classes.Count; i++)
            _classes.TryAdd(classes[i], i);
        foreach ((string name, string kept) in merged ?? new Dictionary<string, string>(StringComparer.Ordinal))
            _classes.TryAdd(name, _classes[kept]);
    }

    /// <summary>The column in the source that needn't be stored besides; −1 when the classes are only a part of one.</summary>
    public int Index => _cells.IsWholeColumn ? _cells.Index : -1;

    /// <summary>The column in the source that tells the classes.</summary>
    public int Source => _cells.Index;

    /// <summary>Names of the classes, by label.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Looks through a column of labels for its classes.</summary>
    /// <param name="tables">The source's tables, which have the same columns.</param>
    /// <param name="cells">Reads its values.</param>
    /// <param name="options">Its classes, if they were given.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when nobody asked for this column and its values aren't classes.</returns>
    /// <exception cref="FileFormatException">A value can't be a class.</exception>
    public static LabelColumn? Survey(
        IReadOnlyList<SourceTable> tables, LabelCells cells, ImportOptions options, CancellationToken cancellation)
    {
        SourceColumn column = cells.Column;
        bool mayBeOthers = options.Label is null && (!column.IsInteger || cells.IsOneHot) && column.Kind != CellKind.Text;
        if (options.Classes is { } given && !(cells.IsOneHot && mayBeOthers))
            return new LabelColumn(cells, given);
        if (cells.IsWholeColumn && KnownClasses(tables, column) is { Count: > 0 } known)
            return new LabelColumn(cells, known);
        bool[] wanted = [.. tables[0].Columns.Select((_, i) => i == cells.Index)];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        int largest = cells.IsOneHot ? column.Shape.Aggregate(1, (product, size) => product * size) - 1 : -1;
        foreach (SourceTable table in tables)
        {
            long at = -1;
            foreach (SourceRow row in table.Rows(wanted))
            {
                if (++at % 1024 == 0)
                    cancellation.ThrowIfCancellationRequested();
                LabelValue value = cells.Read(row);
                bool isNumber = value.Fault is null && value.Name is null && value.Number >= 0 && value.Number < MostClasses
                    && value.Number == Math.Floor(value.Number);
                bool isName = value.Fault is null && value.Name is not null && largest < 0;
                if (isNumber && names.Count == 0)
                    largest = Math.Max(largest, (int)value.Number);
                else if (isName)
                    names.Add(value.Name!);
                else if (mayBeOthers)
                    return null;
                if ((!isNumber && !isName) || (isNumber && names.Count > 0) || names.Count > MostClasses)
                    throw Refuse(
                        table, row, at, cells.Index, $"{cells.Required} from 0 to {MostClasses - 1}, in all rows",
                        value.ToString());
            }
        }

        if (names.Any(string.IsNullOrWhiteSpace))
            throw SourceFile.Refuse(tables[0].Name, null, $"a class in each row of `{column.Name}`", "an empty name");
        if (names.Count > 0)
        {
            IReadOnlyList<string> kept = ClassNames.Settle(
                names, tables[0].Name, options.ClassCase, out IReadOnlyDictionary<string, string> merged);
            return new LabelColumn(cells, kept, merged);
        }

        IReadOnlyList<string> classes = column.Kind == CellKind.Text ? [] : tables[0].DefaultClasses(Math.Max(0, largest));
        return classes.Count == 0 ? null : new LabelColumn(cells, options.Classes ?? classes);
    }

    /// <summary>The class of a row.</summary>
    /// <exception cref="FileFormatException">It isn't one of the classes.</exception>
    public int ClassOf(SourceTable table, SourceRow row, long at)
    {
        LabelValue value = _cells.Read(row);
        if (value is { Name: { } name, Fault: null } && _classes.TryGetValue(name, out int found))
            return found;
        bool isClass = value is { Name: null, Fault: null } && value.Number >= 0 && value.Number < Classes.Count
            && value.Number == Math.Floor(value.Number);
        return isClass ? (int)value.Number : throw Refuse(
            table, row, at, _cells.Index,
            value.Name is null ? $"labels from 0 to {Classes.Count - 1}" : $"one of the {Classes.Count} classes",
            value.ToString());
    }

    /// <summary>The names that the source itself gives its classes. Numbers mean the same names in all its files.</summary>
    private static IReadOnlyList<string> KnownClasses(IReadOnlyList<SourceTable> tables, SourceColumn column)
    {
        IReadOnlyList<string> longest = [];
        foreach (SourceTable table in tables)
        {
            IReadOnlyList<string> own = table.ClassesOf(column.Name) ?? [];
            if (column.Kind == CellKind.Text)
            {
                longest = [.. longest.Concat(own).Distinct(StringComparer.Ordinal)];
                continue;
            }

            int shared = Math.Min(own.Count, longest.Count);
            if (!own.Take(shared).SequenceEqual(longest.Take(shared), StringComparer.Ordinal))
            {
                throw SourceFile.Refuse(
                    table.Name, null, $"the classes {string.Join(", ", longest.Take(10))} by number, as in {tables[0].Name}",
                    string.Join(", ", own.Take(10)));
            }

            longest = own.Count > longest.Count ? own : longest;
        }

        return longest;
    }

    private static FileFormatException Refuse(
        SourceTable table, SourceRow row, long at, int column, string expected, string found)
    {
        (string path, long? offset) = table.PlaceOf(row, at, column);
        return new FileFormatException(
            path, offset, expected, $"{found} in {row.Name}", "Name all classes, or another column for the labels.")
        {
            Remedies = [new(RemedyKind.ChangeArgument, "classes", "A,B,…"), new(RemedyKind.ChangeArgument, "label")]
        };
    }
}
