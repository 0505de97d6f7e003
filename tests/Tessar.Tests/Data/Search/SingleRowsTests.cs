using Tessar.Lenses.Data.Search;

namespace Tessar.Tests.Data.Search;

public sealed unsafe class SingleRowsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void All_sixteen_bit_numbers_become_themselves(int skipped)
    {
        ushort[] halves = [.. Enumerable.Range(skipped, 65536 - skipped).Select(i => (ushort)i)];
        float[] singles = new float[halves.Length];
        fixed (ushort* from = halves)
        fixed (float* to = singles)
            SingleRows.FromHalf(from, to, halves.Length);
        for (int i = 0; i < halves.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(halves[i]);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(singles[i]));
            else
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(singles[i]));
        }
    }
}
