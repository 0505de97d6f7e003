using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>One pass over the memory of a parameter: gradient, running means, y and z together.</summary>
internal static class ScheduleFreeKernel
{
    /// <summary>y ← y + c (z − y) + γ (β (1 − c) − 1) u and z ← z − γ u, with u = g, or m / (√v + ε), plus λ y.</summary>
    /// <param name="y">Where gradients are taken.</param>
    /// <param name="z">The base sequence.</param>
    /// <param name="g">The gradient at y; not changed.</param>
    /// <param name="v">Mean of squares, or empty.</param>
    /// <param name="m">Mean of gradients, or empty.</param>
    /// <param name="step">The numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update<T>(Span<T> y, Span<T> z, ReadOnlySpan<T> g, Span<T> v, Span<T> m, in ScheduleFreeStep step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T rate = T.CreateTruncating(step.Rate), c = T.CreateTruncating(step.Weight), decay = T.CreateTruncating(step.Decay);
        T back = T.CreateTruncating(step.Rate * (step.Momentum * (1 - step.Weight) - 1));
        T second = T.CreateTruncating(step.Second), square = T.CreateTruncating(1 - step.Second);
        T scale = T.CreateTruncating(step.SecondScale), epsilon = T.CreateTruncating(step.Epsilon);
        T inner = T.CreateTruncating(step.Inner), fresh = T.CreateTruncating(1
            - step.Inner), innerScale = T.CreateTruncating(step.InnerScale);
        bool hasV = !v.IsEmpty, hasM = !m.IsEmpty, divides = step.Divides;
        int at = 0;
        for (; at <= y.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            Vector<T> gs = new(g[at..]), ys = new(y[at..]), zs = new(z[at..]), u = gs;
            if (hasM)
            {
                Vector<T> ms = new Vector<T>(m[at..]) * inner + gs * fresh;
                ms.CopyTo(m[at..]);
                u = ms * innerScale;
            }

            if (hasV)
            {
                Vector<T> vs = new Vector<T>(v[at..]) * second + gs * gs * square;
                vs.CopyTo(v[at..]);
                if (divides)
                    u /= Vector.SquareRoot(vs * scale) + new Vector<T>(epsilon);
            }

            u += ys * decay;
            (ys + (zs - ys) * c + u * back).CopyTo(y[at..]);
            (zs - u * rate).CopyTo(z[at..]);
        }

        for (; at < y.Length; at++)
        {
            T u = g[at];
            if (hasM)
                u = (m[at] = m[at] * inner + g[at] * fresh) * innerScale;
            if (hasV)
                v[at] = v[at] * second + g[at] * g[at] * square;
            if (hasV && divides)
                u /= T.Sqrt(v[at] * scale) + epsilon;
            u += y[at] * decay;
            (y[at], z[at]) = (y[at] + (z[at] - y[at]) * c + u * back, z[at] - u * rate);
        }
    }

    /// <summary>x = y + (1 − 1/β) (z − y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> x, double momentum)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T share = T.CreateTruncating(1 - 1 / momentum);
        int at = 0;
        for (; at <= x.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            var ys = new Vector<T>(y[at..]);
            (ys + (new Vector<T>(z[at..]) - ys) * share).CopyTo(x[at..]);
        }

        for (; at < x.Length; at++)
            x[at] = y[at] + (z[at] - y[at]) * share;
    }
}
