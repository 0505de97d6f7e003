using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tessar.Examples;

/// <summary>Random numbers that depend on nothing but a seed, a purpose and two indices, never on hidden state.</summary>
/// <remarks>
/// The key comes from SHA-256 of seed and purpose, mixed with <c>b</c>; the counter is (<c>a</c>, draw). Streams that differ
/// in any of the four are independent, so the order in which they are used doesn't matter and a resumed job needs no
/// generator state. Generator: Philox4x32-10. Not for secrets. An instance isn't safe for use by several threads at once.
/// </remarks>
/// <example>The order of epoch 3: <c>new RandomStream(seed, "batch order", a: 3).Shuffle(order)</c>.</example>
#pragma warning disable CA1711 // a stream of random numbers, which is what the field calls it; not a System.IO.Stream
public sealed class RandomStream
#pragma warning restore CA1711
{
    private readonly ulong _key;
    private readonly ulong _index;
    private readonly uint[] _words = new uint[4];
    private ulong _block;
    private int _used = 4;

    /// <summary>Opens the stream of a seed, a purpose and up to two indices, at its first number.</summary>
    /// <param name="seed">The user's seed; any value.</param>
    /// <param name="purpose">What the numbers are for, for instance <c>"batch order"</c>; compared byte by byte as UTF-8.</param>
    /// <param name="a">First index (an epoch, an example); any value, default 0.</param>
    /// <param name="b">Second index; any value, default 0.</param>
    /// <exception cref="ArgumentNullException"><paramref name="purpose"/> is null.</exception>
    public RandomStream(ulong seed, string purpose, long a = 0, long b = 0)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        byte[] input = new byte[sizeof(ulong) + Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
        Encoding.UTF8.GetBytes(purpose, input.AsSpan(sizeof(ulong)));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        ulong key = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        _key = unchecked(Mix(key + (0x9E3779B97F4A7C15 * (ulong)b)));
        _index = unchecked((ulong)a);
    }

    /// <summary>The next 32 uniform bits.</summary>
    /// <returns>Any value of the type, each equally likely.</returns>
    public uint NextUInt32()
    {
        if (_used == _words.Length)
        {
            Philox.Block(_index, _block, _key, _words);
            _block = unchecked(_block + 1);
            _used = 0;
        }

        return _words[_used++];
    }

    /// <summary>The next 64 uniform bits.</summary>
    /// <returns>Any value of the type, each equally likely.</returns>
    public ulong NextUInt64() => NextUInt32() | ((ulong)NextUInt32() << 32);

    /// <summary>
    /// A uniform integer below a bound, without bias: a product that falls into the uneven rest is drawn again.
    /// </summary>
    /// <param name="exclusiveMax">The bound, in [1, 2^31).</param>
    /// <returns>An integer in [0, <paramref name="exclusiveMax"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is below 1.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMax, 1);
        uint range = (uint)exclusiveMax;
        ulong product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            uint rest = unchecked(0u - range) % range;
            while ((uint)product < rest)
            {
                product = (ulong)NextUInt32() * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A uniform number with 53 random bits.</summary>
    /// <returns>A multiple of 2^-53 in [0, 1).</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number with 24 random bits.</summary>
    /// <returns>A multiple of 2^-24 in [0, 1).</returns>
    public float NextSingle() => (NextUInt32() >> 8) * (1.0f / (1 << 24));

    /// <summary>Puts the items into a uniformly random order (Fisher–Yates).</summary>
    /// <typeparam name="T">Kind of item.</typeparam>
    /// <param name="items">The items; rearranged in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A bijection of 64 bits that lets each input bit reach every output bit (the finaliser of SplitMix64).</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
