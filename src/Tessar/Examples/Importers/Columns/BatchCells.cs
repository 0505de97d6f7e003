using Tessar.Examples.Importers.Parsing;
using Tessar.Tensors;

namespace Tessar.Examples.Importers.Columns;

/// <summary>Cells of one column in one batch of a table.</summary>
internal static class BatchCells
{
    /// <summary>Numbers of a fixed count a row.</summary>
    /// <param name="column">The column.</param>
    /// <param name="type">Type of the numbers.</param>
    /// <param name="values">The numbers of all rows; read only.</param>
    /// <param name="isMissing">Tells the numbers that are missing.</param>
    /// <param name="fill">What to put there, or null when that is an error.</param>
    /// <param name="place">For errors: the file and the first row.</param>
    /// <exception cref="FileFormatException">A number is missing or doesn't fit.</exception>
    public static Func<int, Cell> OfNumbers(
        SourceColumn column, NumberType type, ReadOnlySpan<byte> values, Func<int, bool>? isMissing, double? fill,
        (string Path, long Row) place)
    {
        int size = ElementTypes.SizeOf(column.Type), count = values.Length / Numbers.SizeOf(type), stride = column.Stride;
        byte[] numbers = new byte[checked(count * size)];
        int wrong = Numbers.Convert(type, isBigEndian: false, values.ToArray(), numbers);
        if (wrong >= 0 && column.Name != ColumnChoice.IdName)
            throw SourceFile.Refuse(
                place.Path, null, $"numbers below 2^63 in `{column.Name}`",
                $"a larger one in row {place.Row + (wrong * size / stride)}");
        for (int i = 0; isMissing is not null && i < count; i++)
        {
            if (isMissing(i))
                Fill(column, numbers.AsSpan(i * size), fill, place.Path, place.Row + (i * (long)size / stride));
        }

        return row => new Cell(numbers.AsMemory(row * stride, stride));
    }

    /// <summary>The error about a value that isn't there.</summary>
    public static FileFormatException Missing(string path, string column, long row) =>
        new(path, null, $"a value of `{column}` in row {row}", "none", "Say what to put there, or complete the table.")
        {
            Remedies = [new(RemedyKind.ChangeArgument, "fill", "0")]
        };

    /// <summary>Puts a number where one is missing.</summary>
    /// <exception cref="TessarException">None was given, or the column can't hold it.</exception>
    public static void Fill(SourceColumn column, Span<byte> number, double? fill, string path, long row)
    {
        double value = fill ?? throw Missing(path, column.Name, row);
        bool isInteger = column.Type is ElementType.U8 or ElementType.I32 or ElementType.I64;
        (double least, double most) = column.Type switch
        {
            ElementType.U8 => (byte.MinValue, byte.MaxValue),
            ElementType.I32 => (int.MinValue, int.MaxValue),
            ElementType.I64 => (long.MinValue, Math.BitDecrement(long.MaxValue)),
            _ => (double.MinValue, double.MaxValue),
        };
        if ((isInteger && value != Math.Floor(value)) || value < least || value > most)
            throw new TessarException(
                $"The number to fill gaps with is {value}, which {ElementTypes.NameOf(column.Type)} of the column "
                    + $"`{column.Name}` can't hold. Choose another value.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "fill")]
            };
        Numbers.WriteDouble(column.Type, value, number);
    }
}
