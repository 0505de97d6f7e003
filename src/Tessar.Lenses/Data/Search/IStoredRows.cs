namespace Tessar.Lenses.Data.Search;

/// <summary>Rows of numbers as they lie on disk, reachable by address a few at a time.</summary>
internal interface IStoredRows
{
    /// <summary>Number of rows n.</summary>
    int Count { get; }

    /// <summary>Numbers per row k.</summary>
    int Width { get; }

    /// <summary>Whether numbers are fp16; else fp32.</summary>
    bool IsHalf { get; }

    /// <summary>Stored number = φ · 2^exponent.</summary>
    int ScaleExponent { get; }

    /// <summary>A name for messages.</summary>
    string Name { get; }

    /// <summary>Makes rows [first, first + count) readable, or as many of them as lie side by side.</summary>
    /// <param name="first">First row.</param>
    /// <param name="count">How many are wanted, at least 1.</param>
    RowWindow Open(int first, int count);
}
