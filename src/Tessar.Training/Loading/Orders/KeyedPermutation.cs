using System.Numerics;
using Tessar.Examples;

namespace Tessar.Training.Loading.Orders;

/// <summary>A permutation of [0, n) that is computed place by place, without a table.</summary>
/// <remarks>
/// A balanced Feistel network on the smallest even number of bits that holds n − 1: four rounds
/// (left, right) ← (right, left ⊕ F(round, right)) with F from Philox. A value of n or more is sent through again until it lies
/// below n (cycle walking); as the network permutes fewer than 4 n values, fewer than 4 passes are expected.
/// Source: Black and Rogaway, "Ciphers with arbitrary finite domains", 2002.
/// </remarks>
internal sealed class KeyedPermutation
{
    private const int Rounds = 4;

    private readonly ulong _count;
    private readonly ulong _key;
    private readonly int _half;
    private readonly ulong _mask;

    /// <summary>The permutation of an epoch.</summary>
    /// <param name="count">n, from 1.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="epoch">From 0.</param>
    public KeyedPermutation(ulong count, ulong seed, int epoch)
    {
        _count = count;
        _key = new RandomStream(seed, "keyed order", epoch).NextUInt64();
        _half = Math.Max(1, (64 - BitOperations.LeadingZeroCount(count - 1) + 1) / 2);
        _mask = (1UL << _half) - 1;
    }

    /// <summary>The value at a place.</summary>
    /// <param name="place">In [0, n).</param>
    /// <returns>In [0, n); another one for each place.</returns>
    public ulong At(ulong place)
    {
        ulong value = place;
        do
            value = Pass(value);
        while (value >= _count);
        return value;
    }

    private ulong Pass(ulong value)
    {
        Span<uint> words = stackalloc uint[4];
        ulong left = value >> _half, right = value & _mask;
        for (ulong round = 0; round < Rounds; round++)
        {
            Philox.Block(right, round, _key, words);
            (left, right) = (right, left ^ ((words[0] | ((ulong)words[1] << 32)) & _mask));
        }

        return (left << _half) | right;
    }
}
