using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tessar.Examples.Images;

/// <summary>Changes the size of images: area average along an axis that shrinks, bilinear along one that grows.</summary>
/// <remarks>
/// Along an axis from n to m pixels, target pixel i is a weighted sum of source pixels with whole-number weights:
/// shrinking, the overlaps of [i n / m, (i + 1) n / m) with each pixel in units of 1/m, which sum to n;
/// growing, the two neighbours of the centre (i + ½) n / m − ½ in units of 1/(2m), which sum to 2m, edges repeated.
/// Both axes are weighted in whole numbers and divided once, halves rounded up, so the result is exact.
/// Cost: height × target width × channels numbers of 4 bytes, borrowed from the shared pool.
/// </remarks>
internal static class Resampling
{
    /// <summary>Resizes an image; an image of the size wanted is copied.</summary>
    /// <param name="from">[height, width, channels] of <paramref name="fromShape"/>.</param>
    /// <param name="fromShape">What there is.</param>
    /// <param name="to">[height, width, channels] of <paramref name="toShape"/>; overwritten.</param>
    /// <param name="toShape">What is wanted; as many channels.</param>
    public static void Resize(ReadOnlySpan<byte> from, ImageShape fromShape, Span<byte> to, ImageShape toShape)
    {
        if (fromShape.Channels != toShape.Channels || from.Length != fromShape.Size || to.Length != toShape.Size)
        {
            throw new ArgumentException(
                $"An image of {fromShape} ({from.Length} bytes) can't be resized to {toShape} ({to.Length} bytes): "
                + "channels and bytes have to agree.",
                nameof(toShape));
        }

        if (fromShape == toShape)
        {
            from.CopyTo(to);
            return;
        }

        int line = toShape.Width * toShape.Channels;
        int[] narrowed = ArrayPool<int>.Shared.Rent(checked(fromShape.Height * line));
        long[] sums = ArrayPool<long>.Shared.Rent(line);
        try
        {
            Axis x = Axis.Of(fromShape.Width, toShape.Width), y = Axis.Of(fromShape.Height, toShape.Height);
            for (int row = 0; row < fromShape.Height; row++)
            {
                Narrow(
                    from.Slice(row * fromShape.Width * fromShape.Channels, fromShape.Width * fromShape.Channels), x,
                    fromShape.Channels,
                    narrowed.AsSpan(row * line, line));
            }

            for (int row = 0; row < toShape.Height; row++)
                Lower(narrowed, y, row, x.Total, sums.AsSpan(0, line), to.Slice(row * line, line));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(narrowed);
            ArrayPool<long>.Shared.Return(sums);
        }
    }

    /// <summary>One line of the source to the target's width; undivided.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<byte> line, Axis x, int channels, Span<int> target)
    {
        target.Clear();
        for (int i = 0; i < x.Length; i++)
        {
            (int first, int count) = x.Window(i);
            for (int k = 0; k < count; k++)
            {
                int weight = x.Weight(i, first + k);
                for (int channel = 0; channel < channels; channel++)
                    target[(i * channels) + channel] += weight * line[((first + k) * channels) + channel];
            }
        }
    }

    /// <summary>One line of the target from the narrowed lines of the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lower(ReadOnlySpan<int> narrowed, Axis y, int row, long totalX, Span<long> sums, Span<byte> target)
    {
        sums.Clear();
        (int first, int count) = y.Window(row);
        for (int k = 0; k < count; k++)
        {
            long weight = y.Weight(row, first + k);
            ReadOnlySpan<int> line = narrowed.Slice((first + k) * sums.Length, sums.Length);
            for (int i = 0; i < line.Length; i++)
                sums[i] += weight * line[i];
        }

        long total = totalX * y.Total;
        for (int i = 0; i < sums.Length; i++)
            target[i] = (byte)(((2 * sums[i]) + total) / (2 * total));
    }

    /// <summary>The weights along one axis from <paramref name="From"/> to <paramref name="Length"/> pixels.</summary>
    /// <param name="From">Pixels of the source, n.</param>
    /// <param name="Length">Pixels of the target, m.</param>
    /// <param name="Total">Sum of the weights of each target pixel.</param>
    private readonly record struct Axis(int From, int Length, int Total)
    {
        /// <summary>Sums over a line stay below 2^31 while weights sum to at most 2^23.</summary>
        private const int Longest = 1 << 22;

        public static Axis Of(int from, int length)
        {
            if (Math.Max(from, length) > Longest)
                throw new ArgumentException(
                    $"An image side of {Math.Max(from, length)} pixels can't be resized; at most {Longest} can.", nameof(length))
                        .ForUser(ErrorKind.InputData);
            return new Axis(from, length, length < from ? from : 2 * length);
        }

        /// <summary>The source pixels that a target pixel is made of: the first, and how many.</summary>
        public (int First, int Count) Window(int i)
        {
            if (Length < From)
            {
                int start = (int)((long)i * From / Length), end = (int)((((long)i + 1) * From + Length - 1) / Length);
                return (start, end - start);
            }

            int left = (int)Math.Floor((double)Center(i) / (2 * Length));
            int first = Math.Max(left, 0);
            return (first, Math.Min(left + 1, From - 1) - first + 1);
        }

        /// <summary>The weight of a source pixel in a target pixel.</summary>
        public int Weight(int i, int pixel)
        {
            if (Length < From)
            {
                long start = Math.Max((long)i * From, (long)pixel * Length), end = Math.Min(
                    ((long)i + 1) * From, ((long)pixel + 1) * Length);
                return (int)(end - start);
            }

            long center = Math.Clamp(Center(i), 0, 2L * Length * (From - 1));
            return (int)Math.Max(0, (2L * Length) - Math.Abs(center - (2L * Length * pixel)));
        }

        /// <summary>2m times the centre of target pixel i in the source's pixels: (2i + 1) n − m.</summary>
        private long Center(int i) => (((2L * i) + 1) * From) - Length;
    }
}
