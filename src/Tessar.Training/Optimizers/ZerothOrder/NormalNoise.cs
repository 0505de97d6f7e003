using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>A direction in parameter space that is drawn again each time it is needed and never stored.</summary>
/// <remarks>
/// Coordinate i of all parameters in a row is a function of (key, i), whatever is drawn before or beside it: block i / 1024 of
/// Philox words, two of which make two normal numbers by Box and Muller: √(−2 ln u₁) cos 2πu₂ and √(−2 ln u₁) sin 2πu₂, u₁ in (0,
/// 1].
/// </remarks>
internal static class NormalNoise
{
    /// <summary>Numbers that are drawn together.</summary>
    public const int Block = 1024;

    private const int Pairs = Block / 2;

    /// <summary>What is done with a stretch of a parameter and the noise that belongs to it.</summary>
    internal interface IUse
    {
        /// <summary>Works on one stretch.</summary>
        /// <param name="parameter">Which parameter.</param>
        /// <param name="offset">Where in it the stretch begins.</param>
        /// <param name="theta">The parameter's numbers; may be changed.</param>
        /// <param name="z">The noise.</param>
        void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>;
    }

    /// <summary>Goes once through all parameters with the noise of a key.</summary>
    public static void Pass<TUse>(TrainedParameters parameters, ulong key, TUse use)
        where TUse : IUse
    {
        using var noGradient = no_grad();
        var drawn = new DrawnBlock(key, stackalloc float[Block], stackalloc uint[Block]);
        long first = 0;
        for (int i = 0; i < parameters.Items.Count; i++)
        {
            Tensor value = parameters.Items[i].Value;
            if (value.dtype == ScalarType.Float32)
                Pass<float, TUse>(i, value, use, first, ref drawn);
            else
                Pass<double, TUse>(i, value, use, first, ref drawn);
            first += value.numel();
        }
    }

    /// <summary>Draws one block.</summary>
    /// <param name="key">Which direction.</param>
    /// <param name="block">Which block of it.</param>
    /// <param name="z">Receives 1024 numbers.</param>
    public static void Draw(ulong key, long block, Span<float> z) => Draw(key, block, z, stackalloc uint[Block]);

    private static void Pass<T, TUse>(int index, Tensor value, TUse use, long first, ref DrawnBlock drawn)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        where TUse : IUse
    {
        using var theta = new PlainNumbers<T>(value);
        for (int done = 0; done < theta.Span.Length;)
        {
            (long block, long within) = Math.DivRem(first + done, Block);
            drawn.MoveTo(block);
            int length = (int)Math.Min(Block - within, theta.Span.Length - done);
            use.On(index, done, theta.Span.Slice(done, length), drawn.Numbers.Slice((int)within, length));
            done += length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Draw(ulong key, long block, Span<float> z, Span<uint> words)
    {
        PhiloxLanes.Fill((ulong)block * (Block / 4), key, words);
        ReadOnlySpan<int> signed = MemoryMarshal.Cast<uint, int>(words);
        const float unit = 1f / (1 << 24);
        for (int at = 0; at < Pairs; at += Vector256<float>.Count)
        {
            // 24 bits each; what is left after the shift is positive, so the conversion of signed integers will do.
            Vector256<float> u1 = (Vector256.ConvertToSingle(Vector256.Create(signed[at..]) >>> 8) + Vector256<float>.One) * unit;
            Vector256<float> turn =
                Vector256.ConvertToSingle(Vector256.Create(signed[(Pairs + at)..]) >>> 8) * unit - Vector256.Create(0.5f);
            Vector256<float> radius = Vector256.Sqrt(Vector256.Log(u1) * -2f);
            (Vector256<float> sin, Vector256<float> cos) = Vector256.SinCos(turn * (2 * MathF.PI));
            (radius * cos).CopyTo(z[at..]);
            (radius * sin).CopyTo(z[(Pairs + at)..]);
        }
    }

    // The block of a key's direction that was drawn last; neighbouring parameters share blocks.
    private ref struct DrawnBlock(ulong key, Span<float> numbers, Span<uint> words)
    {
        private readonly Span<uint> _words = words;
        private long _block = -1;

        public readonly Span<float> Numbers { get; } = numbers;

        public void MoveTo(long block)
        {
            if (block != _block)
                Draw(key, _block = block, Numbers, _words);
        }
    }
}
