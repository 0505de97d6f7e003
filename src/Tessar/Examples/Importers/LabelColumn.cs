using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers;

/// <summary>The classes of a source, and each row's.</summary>
internal sealed class LabelColumn
{
    private const int MostClasses = 100_000;
    private readonly Dictionary<string, int> _classes;
    private readonly bool _isText;
    private readonly SourceColumn _column;

    private LabelColumn(int index, SourceColumn column, IReadOnlyList<string> classes)
    {
        (Index, _column, Classes, _isText) = (index, column, classes, column.Kind == CellKind.Text);
        _classes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < classes.Count; i++)
            _classes.TryAdd(classes[i], i);
    }

    /// <summary>The column in the source.</summary>
    public int Index { get; }

    /// <summary>Names of the classes, by label.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Looks through a column of labels for its classes.</summary>
    /// <param name="tables">The source's tables, which have the same columns.</param>
    /// <param name="index">The column.</param>
    /// <param name="options">Its classes, if they were given.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when nobody asked for this column and its values aren't classes.</returns>
    /// <exception cref="FileFormatException">A value can't be a class.</exception>
    public static LabelColumn? Survey(IReadOnlyList<SourceTable> tables, int index, ImportOptions options, CancellationToken cancellation)
    {
        SourceColumn column = tables[0].Columns[index];
        if (options.Classes is { } given)
            return new LabelColumn(index, column, given);
        string[] known = [.. tables.SelectMany(table => table.Classes ?? []).Distinct(StringComparer.Ordinal)];
        if (known.Length > 0)
            return new LabelColumn(index, column, tables[0].Classes is { } first && first.Count == known.Length ? first : known);
        bool[] wanted = [.. tables[0].Columns.Select((_, i) => i == index)];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        int largest = 0;
        foreach (SourceTable table in tables)
        {
            long at = -1;
            foreach (SourceRow row in table.Rows(wanted))
            {
                if (++at % 1024 == 0)
                    cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> bytes = row.Cells[index].Bytes.Span;
                double value = column.Kind == CellKind.Text ? 0 : Numbers.ReadDouble(column.Type, bytes);
                if (column.Kind == CellKind.Text)
                    names.Add(Encoding.UTF8.GetString(bytes));
                bool isClass = value >= 0 && value < MostClasses && value == Math.Floor(value) && names.Count <= MostClasses;
                if (isClass)
                    largest = Math.Max(largest, (int)value);
                else if (options.Label is null && !column.IsInteger)
                    return null;
                else
                    throw Refuse(table, row, at, index, $"classes as whole numbers from 0 to {MostClasses - 1}", value.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (column.Kind == CellKind.Text && names.Any(string.IsNullOrWhiteSpace))
            throw SourceFile.Refuse(tables[0].Name, null, $"a class in each row of `{column.Name}`", "an empty name");
        IReadOnlyList<string> classes = column.Kind == CellKind.Text ? [.. names] : tables[0].DefaultClasses(largest);
        return classes.Count == 0 ? null : new LabelColumn(index, column, classes);
    }

    /// <summary>The class of a row.</summary>
    /// <exception cref="FileFormatException">It isn't one of the classes.</exception>
    public int ClassOf(SourceTable table, SourceRow row, long at)
    {
        ReadOnlySpan<byte> bytes = row.Cells[Index].Bytes.Span;
        if (_isText)
        {
            string name = Encoding.UTF8.GetString(bytes);
            return _classes.TryGetValue(name, out int found) ? found : throw Refuse(table, row, at, Index, $"one of the {Classes.Count} classes", $"`{name}`");
        }

        double value = Numbers.ReadDouble(_column.Type, bytes);
        return value >= 0 && value < Classes.Count && value == Math.Floor(value) ? (int)value : throw Refuse(
            table, row, at, Index, $"labels from 0 to {Classes.Count - 1}", value.ToString(CultureInfo.InvariantCulture));
    }

    private static FileFormatException Refuse(SourceTable table, SourceRow row, long at, int column, string expected, string found)
    {
        (string path, long? offset) = table.PlaceOf(row, at, column);
        return new FileFormatException(path, offset, expected, $"{found} in {row.Name}", "Name all classes, or another column for the labels.") { Remedies = [new(RemedyKind.ChangeArgument, "classes", "A,B,…"), new(RemedyKind.ChangeArgument, "label")] };
    }
}
