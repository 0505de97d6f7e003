using System.Globalization;
using System.Text;
using System.Text.Json;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers;

/// <summary>Reads classes from cells: whole numbers, names, one-hot rows, or a field of JSON.</summary>
/// <param name="Index">The column in the source.</param>
/// <param name="Column">What it is.</param>
/// <param name="Field">The way to a field in its JSON; null when the column itself holds the classes.</param>
internal sealed record LabelCells(int Index, SourceColumn Column, IReadOnlyList<string>? Field)
{
    /// <summary>True for rows of numbers of which exactly one is 1 and the others 0.</summary>
    public bool IsOneHot => Field is null && Column.IsManyNumbers;

    /// <summary>True when the column holds classes and nothing else, so that it needn't be stored beside them.</summary>
    public bool IsWholeColumn => Field is null;

    /// <summary>What its values have to be, for errors.</summary>
    public string Required => IsOneHot ? "rows in which one number is 1 and the others are 0"
        : Field is null ? "classes as whole numbers" : $"a whole number or a name in the field `{string.Join('.', Field)}`";

    /// <summary>The class that a row names.</summary>
    public LabelValue Read(SourceRow row)
    {
        ReadOnlySpan<byte> bytes = row.Cells[Index].Bytes.Span;
        return Field is not null ? OfField(row.Cells[Index].Bytes)
            : Column.Kind == CellKind.Text ? new LabelValue(Encoding.UTF8.GetString(bytes), 0)
            : Column.IsManyNumbers ? OfOneHot(bytes)
            : new LabelValue(null, Numbers.ReadDouble(Column.Type, bytes));
    }

    private LabelValue OfOneHot(ReadOnlySpan<byte> bytes)
    {
        int size = Tensors.ElementTypes.SizeOf(Column.Type), found = -1;
        for (int i = 0; i < bytes.Length / size; i++)
        {
            double value = Numbers.ReadDouble(Column.Type, bytes[(i * size)..]);
            if (value == 1 && found < 0)
                found = i;
            else if (value != 0)
                return new LabelValue(
                    null, 0, value == 1 ? "two numbers that are 1" : $"{value.ToString(CultureInfo.InvariantCulture)}");
        }

        return found >= 0 ? new LabelValue(null, found) : new LabelValue(null, 0, "only zeros");
    }

    private LabelValue OfField(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement at = document.RootElement;
            foreach (string name in Field!)
            {
                bool isThere = at.ValueKind == JsonValueKind.Array
                    && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int item)
                    ? item < at.GetArrayLength()
                    : at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out _);
                if (!isThere)
                    return new LabelValue(null, 0, $"no field `{name}`");
                at = at.ValueKind == JsonValueKind.Array
                    ? at[int.Parse(name, CultureInfo.InvariantCulture)]
                    : at.GetProperty(name);
            }

            return at.ValueKind switch
            {
                JsonValueKind.String => new LabelValue(at.GetString(), 0),
                JsonValueKind.Number when at.TryGetDouble(out double number) => new LabelValue(null, number),
                JsonValueKind.True => new LabelValue("true", 0),
                JsonValueKind.False => new LabelValue("false", 0),
                var kind => new LabelValue(null, 0, kind == JsonValueKind.Null ? "null" : "a structure"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Text whose escapes make no characters is found out only when it is read.
            return new LabelValue(null, 0, "bytes that aren't JSON");
        }
    }
}
