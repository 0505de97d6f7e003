using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>The samples of some WebDataset shards.</summary>
internal sealed class WebTable : SourceTable
{
    private readonly IReadOnlyList<string> _shards;
    private readonly SourceColumn[] _columns;
    private readonly string[][] _fields;
    private readonly WebFields _found;

    private WebTable(string? split, IReadOnlyList<string> shards, WebFields found)
        : base(split)
    {
        (_shards, _found) = (shards, found);
        (_columns, _fields) = found.ToColumns();
    }

    /// <inheritdoc/>
    public override string Name => _shards[0];

    /// <inheritdoc/>
    public override IReadOnlyList<SourceColumn> Columns => _columns;

    /// <inheritdoc/>
    public override long Count => _found.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Classes => _found.Marks.Classes;

    /// <summary>Reads the shards once, to find what they hold.</summary>
    /// <exception cref="FileFormatException">A shard is damaged or holds no samples.</exception>
    public static WebTable Open(string? split, IReadOnlyList<string> shards, OpeningContext opening)
    {
        var found = new WebFields();
        foreach (string shard in shards)
        {
            foreach (WebSample sample in WebSample.Read(
                shard, found.Wants, attributes => found.Mark(shard, attributes), opening.LeftOut))
            {
                opening.Cancellation.ThrowIfCancellationRequested();
                found.Add(sample);
            }
        }

        return found.Count > 0
            ? new WebTable(found.Marks.Split ?? split, shards, found)
            : throw SourceFile.Refuse(shards[0], null, "samples: files such as 0001.jpg and 0001.cls", "none");
    }

    /// <inheritdoc/>
    public override IEnumerable<SourceRow> Rows(IReadOnlyList<bool> wanted)
    {
        var needed = _fields.Where((_, i) => wanted[i]).SelectMany(fields => fields).ToHashSet(StringComparer.Ordinal);
        foreach (WebSample sample in _shards.SelectMany(shard => WebSample.Read(shard, needed.Contains)))
        {
            var cells = new Cell[_columns.Length];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = wanted[i] ? CellOf(sample, i) : default;
            yield return new SourceRow(sample.Path, sample.Offset, sample.Key, cells);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<StoreSource> Files(CancellationToken cancellation) =>
        [.. _shards.Select(shard => SourceFile.Describe(shard, cancellation))];

    private Cell CellOf(WebSample sample, int index)
    {
        SourceColumn column = _columns[index];
        if (_fields[index].Length == 0)
        {
            return new Cell(column.Kind == CellKind.Text
                ? Encoding.UTF8.GetBytes(sample.Key)
                : BitConverter.GetBytes(ulong.Parse(sample.Key, NumberStyles.None, CultureInfo.InvariantCulture)));
        }

        string? field = Array.Find(_fields[index], name => sample.Fields.ContainsKey(name));
        if (field is null || sample.Fields[field] is not { } content)
        {
            throw SourceFile.Refuse(
                sample.Path, sample.Offset,
                $"a field {string.Join(" or ", _fields[index])} in the sample `{sample.Key}`, as others have",
                string.Join(", ", sample.Fields.Keys));
        }

        if (field.EndsWith("cls", StringComparison.Ordinal) && (field.Length == 3 || field[^4] == '.'))
        {
            string text = Encoding.UTF8.GetString(content).Trim();
            return new Cell(column.Kind == CellKind.Text
                ? Encoding.UTF8.GetBytes(text)
                : BitConverter.GetBytes(long.Parse(text, CultureInfo.InvariantCulture)));
        }

        if (column.Kind != CellKind.Array)
            return new Cell(content);
        (SourceColumn own, ReadOnlyMemory<byte> numbers) = NpyValue.Read(content, sample, field);
        return own.Type == column.Type && own.Shape.SequenceEqual(column.Shape)
            ? new Cell(numbers)
            : throw SourceFile.Refuse(
                sample.Path, sample.Offset, $"`{column}` in the sample `{sample.Key}`, as in the first", own.ToString());
    }
}
