using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tessar.Examples;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>
/// <see cref="Philox"/> for four consecutive counters at a time, where the processor multiplies four pairs at once.
/// </summary>
internal static class PhiloxLanes
{
    private const int Rounds = 10;

    /// <summary>Writes the words of consecutive counters: the first words of all, then all second ones, and so on.</summary>
    /// <param name="counter">The first counter's low half; its high half is 0.</param>
    /// <param name="key">The key.</param>
    /// <param name="words">Receives four words for each counter; a multiple of 16 of them.</param>
    public static void Fill(ulong counter, ulong key, Span<uint> words)
    {
        int counters = words.Length / 4;
        if (Avx2.IsSupported)
            FillFast(counter, key, words, counters);
        else
            FillPlain(counter, key, words, counters);
    }

    /// <summary>The same one by one: the reference, and the way of processors without such a product.</summary>
    public static void FillPlain(ulong counter, ulong key, Span<uint> words, int counters)
    {
        Span<uint> four = stackalloc uint[4];
        for (int i = 0; i < counters; i++)
        {
            Philox.Block(counter + (ulong)i, 0, key, four);
            for (int word = 0; word < 4; word++)
                words[word * counters + i] = four[word];
        }
    }

    // Each 64-bit lane holds a 32-bit word; the product looks at the low half only, so high halves may hold anything until the
    // end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillFast(ulong counter, ulong key, Span<uint> words, int counters)
    {
        Vector256<uint> m0 = Vector256.Create(0xD2511F53UL).AsUInt32(), m1 = Vector256.Create(0xCD9E8D57UL).AsUInt32();
        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        for (int at = 0; at < counters; at += Vector256<ulong>.Count)
        {
            ulong first = counter + (ulong)at;
            Vector256<ulong> all = Vector256.Create(first, first + 1, first + 2, first + 3);
            Vector256<ulong> c0 = all & low, c1 = all >> 32, c2 = Vector256<ulong>.Zero, c3 = Vector256<ulong>.Zero;
            uint k0 = (uint)key, k1 = (uint)(key >> 32);
            for (int round = 0; round < Rounds; round++)
            {
                Vector256<ulong> p0 = Avx2.Multiply(c0.AsUInt32(), m0), p1 = Avx2.Multiply(c2.AsUInt32(), m1);
                c0 = (p1 >> 32) ^ c1 ^ Vector256.Create((ulong)k0);
                c2 = (p0 >> 32) ^ c3 ^ Vector256.Create((ulong)k1);
                (c1, c3) = (p1, p0);
                unchecked
                {
                    k0 += 0x9E3779B9;
                    k1 += 0xBB67AE85;
                }
            }

            Store(c0, words, at);
            Store(c1, words, counters + at);
            Store(c2, words, 2 * counters + at);
            Store(c3, words, 3 * counters + at);
        }
    }

    private static void Store(Vector256<ulong> lanes, Span<uint> words, int at) =>
        Vector128.Narrow(lanes.GetLower(), lanes.GetUpper()).CopyTo(words[at..]);
}
