using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Columns;

/// <summary>An array in a file whose first dimension counts the rows.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name, which its column gets.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="IsBigEndian">True when the numbers' first byte is the highest.</param>
/// <param name="Shape">Its dimensions, row-major.</param>
/// <param name="Offset">
/// Where its numbers begin in the file, or in what it decompresses to; null when they have no such place.
/// </param>
/// <param name="Open">Opens the numbers from the first one on.</param>
internal sealed record ArraySource(
    string Path, string Name, NumberType Type, bool IsBigEndian, IReadOnlyList<long> Shape, long? Offset, Func<Stream> Open)
{
    /// <summary>True when the format says that these are pictures, [rows, height, width] or with channels at the end.</summary>
    public bool IsImages { get; init; }

    /// <summary>How its items hold text; null for numbers.</summary>
    public FixedText? Text { get; init; }

    /// <summary>Rows.</summary>
    public long Count => Shape[0];

    /// <summary>Numbers in a row.</summary>
    public int RowLength { get; } = LengthOfRow(Path, Name, Offset, Shape);

    /// <summary>Bytes of a row in the source.</summary>
    public int RowBytes => checked(RowLength * (Text?.Bytes ?? Numbers.SizeOf(Type)));

    /// <summary>The column it becomes.</summary>
    public SourceColumn Column
    {
        get
        {
            if (Text is not null)
                return SourceColumn.Of(Name, CellKind.Text);
            int[] shape = [.. Shape.Skip(1).Select(dimension => (int)dimension)];
            return IsImages
                ? SourceColumn.Pixels(Name, new ImageShape(shape[0], shape[1], shape.Length == 2 ? 1 : shape[2]))
                : SourceColumn.Array(Name, Numbers.StoredAs(Type), shape) with { IsTruth = Type == NumberType.Bool };
        }
    }

    private static int LengthOfRow(string path, string name, long? offset, IReadOnlyList<long> shape)
    {
        Int128 length = 1;
        foreach (long dimension in shape.Skip(1))
            length = dimension < 1 || length > int.MaxValue ? 0 : length * dimension;
        if (shape.Count == 0 || length < 1 || length > int.MaxValue / 8)
        {
            throw SourceFile.Refuse(
                path, offset, $"`{name}` to have a row for each example, of 1 to {int.MaxValue / 8} numbers",
                $"the shape [{string.Join(", ", shape)}]");
        }

        return (int)length;
    }
}
