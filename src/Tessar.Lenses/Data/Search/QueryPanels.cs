using System.Globalization;

namespace Tessar.Lenses.Data.Search;

/// <summary>Queries of one store, laid out for <see cref="DotTile"/>: chunk by chunk, sixteen queries side by side.</summary>
/// <remarks>
/// Each query is brought near 1 by a power of two, so that fp32 neither overflows nor loses small ones; the scale undoes it
/// exactly.
/// </remarks>
internal sealed unsafe class QueryPanels : IDisposable
{
    private readonly AlignedBuffer<float> _numbers;
    private readonly AlignedBuffer<double> _scales;
    private readonly int _width;

    /// <summary>Lays queries out.</summary>
    /// <param name="queries">[m, k], row by row, finite.</param>
    /// <param name="count">m, at least 1.</param>
    /// <param name="width">k.</param>
    /// <param name="rowExponent">Exponent of the rows' scale, which is undone here too.</param>
    /// <exception cref="NumericalException">A number isn't finite; names the query.</exception>
    public QueryPanels(ReadOnlySpan<double> queries, int count, int width, int rowExponent)
    {
        (Count, _width) = (count, width);
        _numbers = new AlignedBuffer<float>((long)Padded * width);
        _scales = new AlignedBuffer<double>(Padded);
        for (int j = 0; j < count; j++)
            Place(j, queries.Slice(j * width, width), rowExponent);
    }

    /// <summary>m.</summary>
    public int Count { get; }

    /// <summary>Panels of sixteen.</summary>
    public int Panels => PanelsOf(Count);

    /// <summary>Bytes of memory for m queries of width k.</summary>
    public static long BytesOf(int count, int width) => (long)PanelsOf(count) * DotTile.Queries * (width + 2L) * sizeof(float);

    /// <summary>[depth, 16] of a panel, for the chunk that begins at number <paramref name="start"/> of the rows.</summary>
    public float* Numbers(int start, int panel)
    {
        int depth = Math.Min(DotTile.Depth, _width - start);
        return _numbers.Start + ((long)start * Padded) + ((long)panel * depth * DotTile.Queries);
    }

    /// <summary>The scales of a panel.</summary>
    public double* Scales(int panel) => _scales.Start + ((long)panel * DotTile.Queries);

    public void Dispose()
    {
        _numbers.Dispose();
        _scales.Dispose();
    }

    private int Padded => Panels * DotTile.Queries;

    private static int PanelsOf(int count) => (count + DotTile.Queries - 1) / DotTile.Queries;

    private void Place(int j, ReadOnlySpan<double> query, int rowExponent)
    {
        double largest = 0;
        foreach (double number in query)
        {
            if (!double.IsFinite(number))
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture, $"The preconditioned gradient of target {j} holds {number}. ")
                    + "Look for exploding gradients; a larger damping helps when the Gram matrix is nearly singular.");
            }

            largest = Math.Max(largest, Math.Abs(number));
        }

        int exponent = largest == 0 ? 0 : -Math.ILogB(largest);
        int panel = j / DotTile.Queries, lane = j % DotTile.Queries;
        Scales(panel)[lane] = Math.ScaleB(1, -exponent - rowExponent);
        for (int start = 0; start < _width; start += DotTile.Depth)
        {
            int depth = Math.Min(DotTile.Depth, _width - start);
            float* numbers = Numbers(start, panel);
            for (int l = 0; l < depth; l++)
                numbers[(l * DotTile.Queries) + lane] = (float)Math.ScaleB(query[start + l], exponent);
        }
    }
}
