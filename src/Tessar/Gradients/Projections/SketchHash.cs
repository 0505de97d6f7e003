using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tessar.Gradients.Projections;

/// <summary>
/// The random signs and buckets of a sketch: a pure function of (key, coordinate), so nothing about a projection is stored.
/// </summary>
internal static class SketchHash
{
    private const uint SignBit = 0x8000_0000;

    /// <summary>A key for one table, from everything that has to make tables differ.</summary>
    /// <param name="seed">The store's seed.</param>
    /// <param name="checkpoint">A number made from the checkpoint's hash: every checkpoint has its own projection.</param>
    /// <param name="table">Ordinal of the table inside the projection.</param>
    public static ulong Key(ulong seed, ulong checkpoint, int table) => Mix(Mix(Mix(seed) ^ checkpoint) ^ (ulong)(uint)table);

    /// <summary>
    /// Buckets of <paramref name="count"/> coordinates in [0, <paramref name="width"/>), with the sign in the top bit.
    /// </summary>
    /// <param name="key">From <see cref="Key"/>.</param>
    /// <param name="count">Number of coordinates.</param>
    /// <param name="width">Number of buckets k, below 2³¹.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint[] Table(ulong key, long count, int width)
    {
        var table = new uint[count];
        for (long j = 0; j < table.LongLength; j++)
        {
            // Weyl step and finaliser of SplitMix64; bucket by multiply-shift (bias at most k/2³²), sign from the lowest bit.
            ulong h = Mix(key + (ulong)j * 0x9e3779b97f4a7c15);
            uint bucket = (uint)(((h >> 32) * (ulong)width) >> 32);
            table[j] = bucket | (uint)(h & 1) << 31;
        }

        return table;
    }

    /// <summary>A random choice of coordinates without replacement: those with the smallest hashes.</summary>
    /// <param name="key">From <see cref="Key"/>.</param>
    /// <param name="count">Number of coordinates p.</param>
    /// <param name="chosen">How many to choose, in [1, p].</param>
    /// <returns>Coordinates in ascending order; every choice is equally likely over keys.</returns>
    public static long[] Subset(ulong key, int count, int chosen)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chosen, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen, count);
        ulong[] hashes = new ulong[count];
        long[] coordinates = new long[count];
        for (int j = 0; j < count; j++)
            (hashes[j], coordinates[j]) = (Mix(key + (ulong)j * 0x9e3779b97f4a7c15), j);
        // The hash is a bijection of the counter: no two are equal.
        Array.Sort(hashes, coordinates);
        Array.Sort(coordinates, 0, chosen);
        return coordinates[..chosen];
    }

    /// <summary>Adds a vector's signed coordinates to their buckets: out[h(j)] += σ(j) x_j.</summary>
    /// <param name="table">From <see cref="Table"/>.</param>
    /// <param name="values">As long as the table.</param>
    /// <param name="sketch">At least as long as the table is wide.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<uint> table, ReadOnlySpan<float> values, Span<float> sketch)
    {
        if (values.Length < table.Length)
            throw new ArgumentException($"values has {values.Length} numbers, the table {table.Length}.", nameof(values));
        ref float first = ref MemoryMarshal.GetReference(sketch);
        ref uint bits = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(values));
        for (int j = 0; j < table.Length; j++)
        {
            uint entry = table[j];
            // The sign is flipped in the bits: no branch, no multiplication. Buckets are below the table's width by construction.
            Unsafe.Add(ref first, entry & ~SignBit) +=
                BitConverter.UInt32BitsToSingle(Unsafe.Add(ref bits, j) ^ (entry & SignBit));
        }
    }

    private static ulong Mix(ulong x)
    {
        x ^= x >> 30;
        x *= 0xbf58476d1ce4e5b9;
        x ^= x >> 27;
        x *= 0x94d049bb133111eb;
        return x ^ x >> 31;
    }
}
