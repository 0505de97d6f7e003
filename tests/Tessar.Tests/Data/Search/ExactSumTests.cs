using System.Numerics;
using CsCheck;
using Tessar.Lenses.Data.Search;

namespace Tessar.Tests.Data.Search;

public sealed class ExactSumTests
{
    [Fact]
    public void Sum_is_the_exact_one_rounded_once() => Gen.Single.Where(float.IsFinite).Array[0, 60].Sample(numbers =>
    {
        Span<long> sum = stackalloc long[ExactSum.Pieces];
        BigInteger exact = 0;
        foreach (float number in numbers)
        {
            ExactSum.Add(sum, number);
            // Every fp32 number times 2^149 is whole, and fp64 holds it; whole numbers of fp64 become big ones exactly.
            exact += new BigInteger(Math.ScaleB(number, 149));
        }

        Assert.Equal(Rounded(exact), ExactSum.Read(sum));
    });

    [Fact]
    public void Order_leaves_no_trace() =>
        Gen.Select(Gen.Single[-1e20f, 1e20f].Array[2, 40], Gen.Int[1, 39]).Sample((numbers, turn) =>
    {
        Span<long> a = stackalloc long[ExactSum.Pieces], b = stackalloc long[ExactSum.Pieces];
        for (int i = 0; i < numbers.Length; i++)
        {
            ExactSum.Add(a, numbers[i]);
            ExactSum.Add(b, numbers[(i + turn) % numbers.Length]);
        }

        Assert.Equal(ExactSum.Read(a), ExactSum.Read(b));
    });

    [Fact]
    public void Canceled_numbers_leave_the_small_one()
    {
        Span<long> sum = stackalloc long[ExactSum.Pieces];
        foreach (float number in new[] { float.MaxValue, float.Epsilon, -float.MaxValue, float.MaxValue, -float.MaxValue })
            ExactSum.Add(sum, number);
        Assert.Equal((double)float.Epsilon, ExactSum.Read(sum));
    }

    // Half to even among the two neighbours in fp64, by comparing whole numbers.
    private static double Rounded(BigInteger exact)
    {
        double guess = (double)exact;
        if (exact.IsZero)
            return 0;
        double best = double.NaN;
        BigInteger distance = -1;
        foreach (double candidate in new[] { Math.BitDecrement(guess), guess, Math.BitIncrement(guess) })
        {
            var d = BigInteger.Abs(new BigInteger(candidate) - exact);
            bool isEven = (BitConverter.DoubleToInt64Bits(candidate) & 1) == 0;
            if (distance < 0 || d < distance || (d == distance && isEven))
                (best, distance) = (candidate, d);
        }

        return Math.ScaleB(best, -149);
    }
}
