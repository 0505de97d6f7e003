using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tessar.Lenses.Data.Search;

/// <summary>
/// Inner products of six rows with sixteen queries, in an order of summation that depends on nothing but the width.
/// </summary>
/// <remarks>
/// A row is cut into chunks of <see cref="Depth"/> numbers. Within a chunk, s ← fma(row[l], query[l], s) in fp32, l rising, from
/// s = 0; chunk sums are added in fp64, in order. Lanes of a vector are different queries, so no lane ever sees another's sum:
/// the bits are the same for any tile, block, thread and machine. Twelve sums, two query vectors and a row number fill the
/// registers of AVX2: 192 multiply-adds for eight loads.
/// </remarks>
internal static unsafe class DotTile
{
    /// <summary>Rows per tile.</summary>
    public const int Rows = 6;

    /// <summary>Queries per tile.</summary>
    public const int Queries = 16;

    /// <summary>
    /// Numbers per chunk: errors of fp32 stay those of 256 additions, and 16 queries of a chunk fill half of the nearest cache.
    /// </summary>
    public const int Depth = 256;

    /// <summary>sums[r, j] += scale[j] · Σ_l rows[r, l] queries[l, j].</summary>
    /// <param name="rows">Six rows, <see cref="Depth"/> apart.</param>
    /// <param name="queries">[depth, 16].</param>
    /// <param name="depth">Numbers to add up, at most <see cref="Depth"/>.</param>
    /// <param name="scales">Sixteen powers of two.</param>
    /// <param name="sums">Six rows of sixteen sums.</param>
    /// <param name="stride">Distance of two rows of sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* rows, float* queries, int depth, double* scales, double* sums, int stride)
    {
        Vector256<float> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default;
        Vector256<float> a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        for (int l = 0; l < depth; l++)
        {
            Vector256<float> first = Vector256.Load(queries), second = Vector256.Load(queries + 8);
            Vector256<float> row = Vector256.Create(rows[l]);
            a0 = Vector256.FusedMultiplyAdd(row, first, a0);
            b0 = Vector256.FusedMultiplyAdd(row, second, b0);
            row = Vector256.Create(rows[l + Depth]);
            a1 = Vector256.FusedMultiplyAdd(row, first, a1);
            b1 = Vector256.FusedMultiplyAdd(row, second, b1);
            row = Vector256.Create(rows[l + (2 * Depth)]);
            a2 = Vector256.FusedMultiplyAdd(row, first, a2);
            b2 = Vector256.FusedMultiplyAdd(row, second, b2);
            row = Vector256.Create(rows[l + (3 * Depth)]);
            a3 = Vector256.FusedMultiplyAdd(row, first, a3);
            b3 = Vector256.FusedMultiplyAdd(row, second, b3);
            row = Vector256.Create(rows[l + (4 * Depth)]);
            a4 = Vector256.FusedMultiplyAdd(row, first, a4);
            b4 = Vector256.FusedMultiplyAdd(row, second, b4);
            row = Vector256.Create(rows[l + (5 * Depth)]);
            a5 = Vector256.FusedMultiplyAdd(row, first, a5);
            b5 = Vector256.FusedMultiplyAdd(row, second, b5);
            queries += Queries;
        }

        AddTo(sums, a0, b0, scales);
        AddTo(sums + stride, a1, b1, scales);
        AddTo(sums + (2 * stride), a2, b2, scales);
        AddTo(sums + (3 * stride), a3, b3, scales);
        AddTo(sums + (4 * stride), a4, b4, scales);
        AddTo(sums + (5 * stride), a5, b5, scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(double* sums, Vector256<float> first, Vector256<float> second, double* scales)
    {
        (Vector256<double> a, Vector256<double> b) = Vector256.Widen(first);
        (Vector256<double> c, Vector256<double> d) = Vector256.Widen(second);
        AddTo(sums, a, scales);
        AddTo(sums + 4, b, scales + 4);
        AddTo(sums + 8, c, scales + 8);
        AddTo(sums + 12, d, scales + 12);
    }

    // The scale is a power of two, so its product is exact and only the addition rounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(double* sums, Vector256<double> chunk, double* scales) =>
        (Vector256.Load(sums) + (chunk * Vector256.Load(scales))).Store(sums);
}
