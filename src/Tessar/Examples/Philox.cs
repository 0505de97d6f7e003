namespace Tessar.Examples;

/// <summary>The counter-based generator Philox4x32-10: 128 bits of counter and 64 bits of key give 128 random bits.</summary>
/// <remarks>
/// One round, with 64-bit products p0 = M0·c0 and p1 = M1·c2:
/// (c0, c1, c2, c3) ← (hi p1 ⊕ c1 ⊕ k0, lo p1, hi p0 ⊕ c3 ⊕ k1, lo p0); between rounds k0 += W0, k1 += W1.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
/// </remarks>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Writes the four words of one counter value.</summary>
    /// <param name="counterLow">Counter words 0 (low half) and 1.</param>
    /// <param name="counterHigh">Counter words 2 (low half) and 3.</param>
    /// <param name="key">Key words 0 (low half) and 1.</param>
    /// <param name="words">Receives four words.</param>
    public static void Block(ulong counterLow, ulong counterHigh, ulong key, Span<uint> words)
    {
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32), c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            unchecked
            {
                k0 += Weyl0;
                k1 += Weyl1;
            }
        }

        (words[0], words[1], words[2], words[3]) = (c0, c1, c2, c3);
    }
}
