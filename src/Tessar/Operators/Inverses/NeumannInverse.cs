using System.Globalization;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>A truncated Neumann series on random batches: v ← g + (I − (H_B + λI)/σ) v, answer v/σ.</summary>
/// <remarks>
/// Converges for σ > (‖H‖ + λ)/2; σ = 1.05 (‖H‖ + λ) by power iteration over all examples. The error falls like (1 − (μ_min +
/// λ)/σ)^depth: 1e-3 takes a depth of about seven times the condition number. Source: Agarwal et al., arXiv:1602.03943.
/// </remarks>
internal sealed class NeumannInverse : InverseCurvature
{
    private const double Margin = 1.05;

    private readonly TrainCurvature _curvature;
    private readonly LinearOperator _whole;
    private readonly double _scale;
    private readonly NeumannSettings _settings;
    private readonly int _batch;
    private double _largestResidual;

    /// <summary>Finds σ.</summary>
    /// <param name="curvature">Of the train set.</param>
    /// <param name="relativeDamping">λ relative to the mean eigenvalue of the Gauss–Newton matrix.</param>
    /// <param name="settings">How many terms, of how many examples.</param>
    public NeumannInverse(TrainCurvature curvature, double relativeDamping, NeumannSettings settings)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        (_curvature, _whole, _settings) = (curvature, curvature.Whole(), settings);
        _batch = Math.Min(settings.Batch, curvature.Examples);
        Damping = relativeDamping * curvature.MeanEigenvalue();
        _scale = Margin * (PowerIteration.LargestEigenvalue(_whole, Seed("power")) + Damping);
        if (_scale <= 0)
            throw curvature.Alternatives.Zero();
    }

    public override double Damping { get; }

    public override IEnumerable<SelfCheck> Checks =>
        [new("lissa-residual", _largestResidual, 0.1, "Largest ‖(H + λI)x − g‖/‖g‖ over the targets, H over all examples.")];

    public override IEnumerable<string> Remarks => _largestResidual <= 0.1 ? [] :
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"The series of {_settings.Depth} terms left a residual of {_largestResidual:g2}. "
                + $"Raise `depth`, `{_settings.BatchOption}` or `damping`; "
                + $"about 7 · (largest curvature / λ) terms reach 1e-3."),
    ];

    public override Tensor Solve(Tensor columns, Work work)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros_like(columns);
        for (int repeat = 0; repeat < _settings.Repeats; repeat++)
            sum.add_(Series(columns, repeat, work));
        sum.div_(_scale * _settings.Repeats);
        Tensor length = columns.norm(0, keepdim: false);
        Tensor left = (_whole.Damped(Damping).Apply(sum) - columns).norm(0, keepdim: false);
        _largestResidual = Math.Max(
            _largestResidual,
            (left / where(length.gt(0), length, ones_like(length))).max().to_type(ScalarType.Float64).item<double>());
        return sum.MoveToOuterDisposeScope();
    }

    private Tensor Series(Tensor columns, int repeat, Work work)
    {
        Tensor v = columns.clone();
        double start = columns.norm().to_type(ScalarType.Float64).item<double>();
        var random = new RandomStream(Seed("batches"), "lissa", repeat);
        for (int step = 0; step < _settings.Depth; step++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            v.add_(Matrix(random).Damped(Damping).Apply(v), -1 / _scale).add_(columns);
            double length = v.norm().to_type(ScalarType.Float64).item<double>();
            // A convergent series stays below the sum of its terms' bounds, Σ ‖g‖ = depth ‖g‖.
            if (!double.IsFinite(length) || length > 10.0 * (step + 2) * start)
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The Neumann series diverges: after {step + 1} terms its length is {length:g3}, from {start:g3}. ")
                    + "A batch's curvature is far above that of all examples, or the Hessian is negative. "
                    + $"Raise `{_settings.BatchOption}` or `damping`, or use curvature=gauss-newton.")
                {
                    Remedies = [
                        new(RemedyKind.SetMethodOption, _settings.BatchOption),
                        new(RemedyKind.SetMethodOption, "damping"),
                        new(RemedyKind.SetMethodOption, "curvature", "gauss-newton")
                    ],
                };
            }

            work.Progress?.Report(new MethodProgress(
                "solve", (repeat * _settings.Depth) + step + 1, (long)_settings.Repeats * _settings.Depth, "terms"));
        }

        return v;
    }

    private LinearOperator Matrix(RandomStream random)
    {
        if (_batch == _curvature.Examples)
            return _whole;
        var indices = new int[_batch];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = random.NextInt32(_curvature.Examples);
        return _curvature.Of(indices);
    }

    private ulong Seed(string purpose) => new RandomStream(_curvature.Seed, purpose).NextUInt64();
}

/// <summary>Settings of <see cref="NeumannInverse"/>.</summary>
/// <param name="Depth">Terms of the series.</param>
/// <param name="Batch">Random examples per term; all of them make it exact but for the truncation.</param>
/// <param name="Repeats">Series whose answers are averaged.</param>
internal sealed record NeumannSettings(int Depth, int Batch, int Repeats)
{
    /// <summary>What the user calls <see cref="Batch"/>, for advice.</summary>
    public string BatchOption { get; init; } = "batch";
}
