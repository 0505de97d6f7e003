using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>Adam on the estimate ĝ = ρz.</summary>
/// <remarks>
/// m ← β₁m + (1 − β₁)ĝ; v ← β₂v + (1 − β₂)ĝ²; θ ← (1 − ηλ)θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + δ). As δ grows this becomes
/// descent with momentum and rate η/δ.
/// </remarks>
internal abstract class MezoAdaptive : ZerothOrderOptimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _divisor;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;

    protected MezoAdaptive(TrainedParameters parameters, NamedSettings settings, double divisor)
        : base(parameters, settings)
    {
        _beta1 = settings["beta1"];
        _beta2 = settings["beta2"];
        _divisor = divisor;
        _first = Remember("first-moment");
        _second = Remember("second-moment");
    }

    /// <inheritdoc/>
    protected sealed override void Apply(ulong key, double slope, double learningRate, long update)
    {
        using var scope = NewDisposeScope();
        NormalNoise.Pass(Parameters, key, new Adapting(this, slope, learningRate, update));
    }

    private readonly struct Adapting(MezoAdaptive owner, double slope, double rate, long update) : NormalNoise.IUse
    {
        private readonly double _firstCorrection = 1 - Math.Pow(owner._beta1, update);
        private readonly double _secondCorrection = 1 - Math.Pow(owner._beta2, update);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            Span<T> m = MemoryMarshal.Cast<byte, T>(owner._first[parameter].bytes).Slice(offset, theta.Length);
            Span<T> v = MemoryMarshal.Cast<byte, T>(owner._second[parameter].bytes).Slice(offset, theta.Length);
            T b1 = T.CreateTruncating(owner._beta1), f1 = T.CreateTruncating(1 - owner._beta1);
            T b2 = T.CreateTruncating(owner._beta2), f2 = T.CreateTruncating(1 - owner._beta2);
            T back = T.CreateTruncating(owner.Perturbation), rho = T.CreateTruncating(slope),
                delta = T.CreateTruncating(owner._divisor);
            T kept = T.CreateTruncating(1 - rate * owner.DecayOf(parameter, owner.WeightDecay));
            T size = T.CreateTruncating(rate / _firstCorrection), scale = T.CreateTruncating(1 / _secondCorrection);
            for (int i = 0; i < theta.Length; i++)
            {
                T direction = T.CreateTruncating(z[i]), g = rho * direction;
                m[i] = b1 * m[i] + f1 * g;
                v[i] = b2 * v[i] + f2 * g * g;
                theta[i] = kept * (theta[i] + back * direction) - size * m[i] / (T.Sqrt(v[i] * scale) + delta);
            }
        }
    }
}
