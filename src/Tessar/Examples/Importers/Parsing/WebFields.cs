using System.Globalization;
using System.Text;
using Tessar.Examples.Importers.Columns;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>What the first reading of WebDataset shards finds out: which fields there are, and what they hold.</summary>
internal sealed class WebFields
{
    private static readonly string[] _images = ["jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "webp", "ico"];
    private readonly Dictionary<string, (int Count, SourceColumn Column)> _fields = new(StringComparer.Ordinal);
    private bool _hasOneImage = true, _hasNumberKeys = true, _isNumbered = true, _hasIdMark;

    /// <summary>Samples.</summary>
    public long Count { get; private set; }

    /// <summary>Names of the classes that an export of a store wrote.</summary>
    public StoreMarks Marks { get; private set; } = new(null, null);

    /// <summary>True when several endings of pictures make one column.</summary>
    private bool IsMerged => _hasOneImage && _fields.Keys.Any(_images.Contains);

    /// <summary>True for fields that have to be read to know what they hold.</summary>
    public bool Wants(string field) => Ending(field) == "cls" || (Ending(field) == "npy" && !_fields.ContainsKey(field));

    /// <summary>Takes the global attributes of a shard.</summary>
    public void Mark(string path, IReadOnlyDictionary<string, string> attributes)
    {
        Marks = StoreMarks.Read(path, key => attributes.GetValueOrDefault(key));
        _hasIdMark |= attributes.ContainsKey(StoreMarks.IdsKey);
    }

    /// <summary>Takes a sample.</summary>
    public void Add(WebSample sample)
    {
        foreach ((string field, byte[]? content) in sample.Fields)
        {
            (int count, SourceColumn? column) = _fields.GetValueOrDefault(field);
            column ??= ColumnOf(sample, field, content);
            if (Ending(field) == "cls" && column.Kind == CellKind.Array && !IsNumber(content!))
                column = SourceColumn.Of(field, CellKind.Text);
            _fields[field] = (count + 1, column);
        }

        _hasOneImage &= sample.Fields.Keys.Count(_images.Contains) <= 1;
        bool isNumber = ulong.TryParse(sample.Key, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
        _hasNumberKeys &= isNumber;
        _isNumbered &= isNumber && number == (ulong)Count;
        Count++;
    }

    /// <summary>The columns: fields in ordinal order, then the key unless it only counts the samples.</summary>
    public (SourceColumn[] Columns, string[][] Fields) ToColumns()
    {
        var columns = new List<(SourceColumn Column, string[] Fields)>();
        string[] merged = IsMerged ? [.. _fields.Keys.Where(_images.Contains)] : [];
        if (merged.Length > 0)
            columns.Add((SourceColumn.Of("image", CellKind.Image), merged));
        string[] others = [.. _fields.Keys.Except(merged, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] names = [.. others.Select(field =>
            field.Contains('.', StringComparison.Ordinal) ? field[..field.LastIndexOf('.')] : field)];
        for (int i = 0; i < others.Length; i++)
        {
            bool isTaken = names.Count(name => name == names[i]) > 1 || names[i] is "image" or ColumnChoice.IdName or "key";
            columns.Add((_fields[others[i]].Column with { Name = isTaken ? others[i] : names[i] }, [others[i]]));
        }

        if (_hasNumberKeys && (_hasIdMark || !_isNumbered))
            columns.Add((SourceColumn.Array(ColumnChoice.IdName, ElementType.I64), []));
        else if (!_hasNumberKeys)
            columns.Add((SourceColumn.Of("key", CellKind.Text), []));
        return ([.. columns.Select(entry => entry.Column)], [.. columns.Select(entry => entry.Fields)]);
    }

    private static string Ending(string field) => field[(field.LastIndexOf('.') + 1)..];

    private static bool IsNumber(byte[] content) =>
        int.TryParse(Encoding.UTF8.GetString(content).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static SourceColumn ColumnOf(WebSample sample, string field, byte[]? content) => Ending(field) switch
    {
        "cls" => IsNumber(content!) ? SourceColumn.Array(field, ElementType.I64) : SourceColumn.Of(field, CellKind.Text),
        "npy" => NpyValue.Read(content!, sample, field).Column,
        "json" => SourceColumn.Of(field, CellKind.Json),
        "txt" or "text" => SourceColumn.Of(field, CellKind.Text),
        var ending => SourceColumn.Of(field, _images.Contains(ending) ? CellKind.Image : CellKind.Bytes),
    };
}
