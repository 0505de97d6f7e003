using System.Buffers.Binary;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Training.Loading;

/// <summary>Chooses examples by a number that the store has for each: a list of indices, no copy of the data.</summary>
public static class ExampleFilter
{
    /// <summary>The examples whose value in a scalar column passes a test.</summary>
    /// <param name="set">The examples to choose from.</param>
    /// <param name="column">A column of single numbers, such as <c>label</c>; stored labels are read, not edited ones.</param>
    /// <param name="predicate">The test; a value beyond 2^53 arrives rounded to float64.</param>
    /// <returns>Those that pass, in order; 4 bytes of memory each. Example i of it is the i-th that passed.</returns>
    /// <exception cref="ArgumentException">
    /// There is no such column, it doesn't hold single numbers, or no example passes.
    /// </exception>
    /// <example><c>ExampleFilter.Where(train, "label", label =&gt; label is 3 or 5)</c></example>
    public static ExampleSet Where(ExampleSet set, string column, Func<double, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(predicate);
        StoreColumn found = set.Store.Column(column);
        if (found.Kind != ColumnKind.Scalar)
            throw new ArgumentException(
                $"The column `{column}` of {set.Store.Path} is {found.Kind}, not a single number. Choose a scalar column.",
                nameof(column));
        var passed = new List<int>();
        for (int i = 0; i < set.Count; i++)
        {
            if (predicate(Number(set.Store.Row(found, set.Row(i)), found.Type)))
                passed.Add(i);
        }

        return passed.Count > 0
            ? set.Select([.. passed])
            : throw new ArgumentException(
                $"No example of {set} passes the test on `{column}`. Loosen it, or leave it out.", nameof(predicate));
    }

    private static double Number(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.U8 => bytes[0],
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ElementType.F64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Scalar columns hold U8, I32, I64, F32 or F64."),
    };
}
