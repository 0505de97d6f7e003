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
    private readonly double beta1;
    private readonly double beta2;
    private readonly double divisor;
    private readonly Tensor[] first;
    private readonly Tensor[] second;

    protected MezoAdaptive(TrainedParameters parameters, NamedSettings settings, double divisor)
        : base(parameters, settings)
    {
        beta1 = settings["beta1"];
        beta2 = settings["beta2"];
        this.divisor = divisor;
        first = Remember("first-moment");
        second = Remember("second-moment");
    }

    /// <inheritdoc/>
    protected sealed override void Apply(ulong key, double slope, double learningRate, long update)
    {
        using var scope = NewDisposeScope();
        NormalNoise.Pass(Parameters, key, new Adapting(this, slope, learningRate, update));
    }

    private readonly struct Adapting(MezoAdaptive owner, double slope, double rate, long update) : NormalNoise.IUse
    {
        private readonly double firstCorrection = 1 - Math.Pow(owner.beta1, update);
        private readonly double secondCorrection = 1 - Math.Pow(owner.beta2, update);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            Span<T> m = MemoryMarshal.Cast<byte, T>(owner.first[parameter].bytes).Slice(offset, theta.Length);
            Span<T> v = MemoryMarshal.Cast<byte, T>(owner.second[parameter].bytes).Slice(offset, theta.Length);
            T b1 = T.CreateTruncating(owner.beta1), f1 = T.CreateTruncating(1 - owner.beta1);
            T b2 = T.CreateTruncating(owner.beta2), f2 = T.CreateTruncating(1 - owner.beta2);
            T back = T.CreateTruncating(owner.Perturbation), rho = T.CreateTruncating(slope), delta = T.CreateTruncating(owner.divisor);
            T kept = T.CreateTruncating(1 - rate * owner.DecayOf(parameter, owner.WeightDecay));
            T size = T.CreateTruncating(rate / firstCorrection), scale = T.CreateTruncating(1 / secondCorrection);
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
