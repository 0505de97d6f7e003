using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers.ZerothOrder;

/// <summary>Training by forward passes alone: two losses along a random direction stand in for the gradient.</summary>
/// <remarks>
/// Per update, with z ~ N(0, I) drawn from (seed, update) and never stored, and ε the perturbation: θ + εz, loss ℓ₊; θ − εz, loss
/// ℓ₋; slope ρ = (ℓ₊ − ℓ₋) / 2ε. ρz has the gradient's direction on average, E ρz = ∇L + O(ε²), and E‖ρz‖² = (P + 2)‖∇L‖² on a
/// linear loss, so the learning rate is about 1/(P + 2) of plain descent's. No graph, evaluation mode, memory of inference.
/// The slopes are the whole record of a run: with them, the seed and the learning rates <see cref="Replay"/> repeats it bit for
/// bit. They are kept in the state as <c>slopes</c>, eight bytes an update, so they appear with each checkpoint or not at all.
/// Source: Malladi et al., "Fine-tuning language models with just forward passes", arXiv:2305.17333, algorithm 1.
/// </remarks>
internal abstract class ZerothOrderOptimizer : Optimizer
{
    private const string Log = "slopes";
    private const double Precision = 1e-7;

    private readonly List<double> _slopes = [];

    protected ZerothOrderOptimizer(TrainedParameters parameters, NamedSettings settings)
        : base(parameters)
    {
        PlainNumbers.Require(parameters, settings.Name);
        if (parameters.ClipNorm is not null || parameters.Projection is not null)
        {
            throw new ArgumentException(
                $"{settings.Name} has no gradient to clip or project. Leave that out, or choose an optimiser with gradients.",
                nameof(parameters));
        }

        Perturbation = settings["perturbation"];
        WeightDecay = settings["weightDecay"];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State
    {
        get
        {
            if (!base.State.TryGetValue(Log, out Tensor? kept) || kept.numel() != _slopes.Count)
                Keep(Log, tensor(_slopes.ToArray(), float64));
            return base.State;
        }
    }

    /// <summary>ρ of every update so far.</summary>
    public IReadOnlyList<double> Slopes => _slopes;

    /// <summary>ε, how far along z the losses are taken.</summary>
    protected double Perturbation { get; }

    /// <summary>λ, the pull towards zero per unit of learning rate.</summary>
    protected double WeightDecay { get; }

    /// <inheritdoc/>
    public override void Step(IObjective objective, double learningRate, long update)
    {
        ulong key = Key(update);
        Shift(key, Perturbation);
        double plus = LossOr(objective, key, -Perturbation);
        Shift(key, -2 * Perturbation);
        double minus = LossOr(objective, key, Perturbation);
        Finish(key, (plus - minus) / (2 * Perturbation), learningRate, update);
        Remark = Math.Abs(plus - minus) < Precision * Math.Abs(plus)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The two losses differ by less than single precision resolves; a larger optimizer.perturbation than "
                    + $"{Perturbation} may help.")
            : null;
    }

    /// <summary>Repeats updates from their slopes alone; the parameters have to be those from before the first.</summary>
    /// <param name="recorded">ρ of every update.</param>
    /// <param name="learningRate">The learning rate of an update, from 1.</param>
    public void Replay(IReadOnlyList<double> recorded, Func<long, double> learningRate)
    {
        for (int i = 0; i < recorded.Count; i++)
        {
            // The way there and back is repeated because its rounding is part of the trajectory.
            ulong key = Key(i + 1);
            Shift(key, Perturbation);
            Shift(key, -2 * Perturbation);
            Finish(key, recorded[i], learningRate(i + 1), i + 1);
        }
    }

    /// <inheritdoc/>
    public override void ExpectState(long updates)
    {
        _slopes.Clear();
        CollectionsMarshal.SetCount(_slopes, checked((int)updates));
        Keep(Log, zeros(updates, float64));
    }

    /// <inheritdoc/>
    public override void StateLoaded() =>
        MemoryMarshal.Cast<byte, double>(base.State[Log].bytes).CopyTo(CollectionsMarshal.AsSpan(_slopes));

    /// <summary>Brings the parameters back from θ − εz and makes the update.</summary>
    /// <param name="key">Which z.</param>
    /// <param name="slope">ρ.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="update">Number of the update, from 1.</param>
    protected abstract void Apply(ulong key, double slope, double learningRate, long update);

    /// <summary>θ ← θ + scale · z.</summary>
    protected void Shift(ulong key, double scale) => NormalNoise.Pass(Parameters, key, new Shifting(scale));

    /// <summary>
    /// Back from θ − εz to θ, then θ ← (1 − ηλ)θ − distance · z. Without decay that is one step: θ₋ + (ε − distance)z.
    /// </summary>
    protected void Descend(ulong key, double distance, double learningRate)
    {
        if (WeightDecay == 0)
            Shift(key, Perturbation - distance);
        else
            NormalNoise.Pass(Parameters, key, new Decaying(Parameters, Perturbation, distance, learningRate * WeightDecay));
    }

    private void Finish(ulong key, double slope, double learningRate, long update)
    {
        Apply(key, slope, learningRate, update);
        _slopes.Add(slope);
    }

    private double LossOr(IObjective objective, ulong key, double back)
    {
        try
        {
            return objective.Loss();
        }
        catch
        {
            Shift(key, back);
            throw;
        }
    }

    private ulong Key(long update) => new RandomStream(Parameters.Seed, "zeroth-order", update).NextUInt64();

    private readonly struct Shifting(double scale) : NormalNoise.IUse
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            T step = T.CreateTruncating(scale);
            int at = 0;
            if (typeof(T) == typeof(float))
            {
                Span<float> numbers = MemoryMarshal.Cast<T, float>(theta);
                var steps = new Vector<float>((float)scale);
                for (; at <= numbers.Length - Vector<float>.Count; at += Vector<float>.Count)
                    (new Vector<float>(numbers[at..]) + new Vector<float>(z[at..]) * steps).CopyTo(numbers[at..]);
            }

            for (; at < theta.Length; at++)
                theta[at] += T.CreateTruncating(z[at]) * step;
        }
    }

    private readonly struct Decaying(TrainedParameters parameters, double back, double distance, double decay) : NormalNoise.IUse
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void On<T>(int parameter, int offset, Span<T> theta, ReadOnlySpan<float> z)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            T kept = T.CreateTruncating(1 - (parameters.Decays(parameter) ? decay : 0));
            T there = T.CreateTruncating(back), down = T.CreateTruncating(distance);
            for (int i = 0; i < theta.Length; i++)
            {
                T direction = T.CreateTruncating(z[i]);
                theta[i] = kept * (theta[i] + there * direction) - down * direction;
            }
        }
    }
}
