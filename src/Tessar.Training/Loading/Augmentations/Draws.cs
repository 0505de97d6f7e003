using System.Runtime.CompilerServices;
using Tessar.Examples;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>The random numbers of one augmentation of one example in one epoch.</summary>
/// <remarks>
/// Philox with key mix(seed, epoch) and counter (id, place of the augmentation, block): four words a block, used one after the
/// other. mix is the finaliser of SplitMix64 over seed + (epoch + 1) × 0x9E3779B97F4A7C15.
/// </remarks>
internal ref struct Draws(ulong key, ulong id, int place)
{
    private Words _words;
    private uint _block;
    private int _used = Words.Length;

    /// <summary>The key of an epoch.</summary>
    public static ulong Key(ulong seed, int epoch)
    {
        unchecked
        {
            ulong value = seed + (0x9E3779B97F4A7C15 * ((ulong)epoch + 1));
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextWord()
    {
        if (_used == Words.Length)
        {
            Philox.Block(id, (uint)place | ((ulong)_block << 32), key, _words);
            _block++;
            _used = 0;
        }

        return _words[_used++];
    }

    /// <summary>A multiple of 2^-24 in [0, 1).</summary>
    public float NextSingle() => (NextWord() >> 8) * (1f / (1 << 24));

    /// <summary>A number in [from, to).</summary>
    public double NextBetween(double from, double to) => from + ((to - from) * NextSingle());

    /// <summary>
    /// An integer in [0, <paramref name="bound"/>), without bias: a word that falls into the uneven rest is passed over.
    /// </summary>
    /// <param name="bound">From 1.</param>
    public int NextBelow(int bound)
    {
        uint range = (uint)bound, rest = unchecked(0u - range) % range;
        ulong product;
        do
            product = (ulong)NextWord() * range;
        while ((uint)product < rest);
        return (int)(product >> 32);
    }

    [InlineArray(Length)]
    private struct Words
    {
        public const int Length = 4;

        private uint _first;
    }
}
