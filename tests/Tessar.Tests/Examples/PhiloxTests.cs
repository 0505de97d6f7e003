using Tessar.Examples;

namespace Tessar.Tests.Examples;

public sealed class PhiloxTests
{
    // Known answers published with the generator (Random123, kat_vectors).
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Block_gives_the_published_words(ulong low, ulong high, ulong key, uint w0, uint w1, uint w2, uint w3)
    {
        Span<uint> words = stackalloc uint[4];
        Philox.Block(low, high, key, words);
        Assert.Equal([w0, w1, w2, w3], words.ToArray());
    }
}
