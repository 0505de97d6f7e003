using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Operators;
using Tessar.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Influences;

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
    private readonly int _depth;
    private readonly int _batch;
    private readonly int _repeats;
    private double _largestResidual;

    /// <summary>Finds σ.</summary>
    /// <param name="curvature">Of the train set.</param>
    /// <param name="relativeDamping">λ relative to the mean eigenvalue of the Gauss–Newton matrix.</param>
    /// <param name="depth">Terms of the series.</param>
    /// <param name="batch">Random examples per term; all of them make it exact but for the truncation.</param>
    /// <param name="repeats">Series whose answers are averaged.</param>
    public NeumannInverse(TrainCurvature curvature, double relativeDamping, int depth, int batch, int repeats)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        (_curvature, _whole, _depth, _repeats) = (curvature, curvature.Whole(), depth, repeats);
        _batch = Math.Min(batch, curvature.Examples);
        Damping = relativeDamping * curvature.MeanEigenvalue();
        _scale = Margin * (PowerIteration.LargestEigenvalue(_whole, Seed("power")) + Damping);
        if (_scale <= 0)
            throw new NumericalException(
                "The curvature of the training loss is zero, so nothing can be divided by it. Look at another checkpoint, or use "
                    + "data/grad-dot.")
            { Remedies = [new(RemedyKind.UseMethod, "data/grad-dot")] };
    }

    public override double Damping { get; }

    public override IEnumerable<SelfCheck> Checks =>
        [new("lissa-residual", _largestResidual, 0.1, "Largest ‖(H + λI)x − g‖/‖g‖ over the targets, H over all examples.")];

    public override IEnumerable<string> Remarks => _largestResidual <= 0.1 ? [] :
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"The series of {_depth} terms left a residual of {_largestResidual:g2}. Raise `depth`, `lissa-batch` or `damping`; "
                + $"about 7 · (largest curvature / λ) terms reach 1e-3."),
    ];

    public override Tensor Solve(Tensor columns, MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros_like(columns);
        for (int repeat = 0; repeat < _repeats; repeat++)
            sum.add_(Series(columns, repeat, context));
        sum.div_(_scale * _repeats);
        Tensor length = columns.norm(0, keepdim: false);
        Tensor left = (_whole.Damped(Damping).Apply(sum) - columns).norm(0, keepdim: false);
        _largestResidual = Math.Max(
            _largestResidual,
            (left / where(length.gt(0), length, ones_like(length))).max().to_type(ScalarType.Float64).item<double>());
        return sum.MoveToOuterDisposeScope();
    }

    private Tensor Series(Tensor columns, int repeat, MethodContext context)
    {
        Tensor v = columns.clone();
        double start = columns.norm().to_type(ScalarType.Float64).item<double>();
        var random = new RandomStream(Seed("batches"), "lissa", repeat);
        for (int step = 0; step < _depth; step++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            v.add_(Matrix(random).Damped(Damping).Apply(v), -1 / _scale).add_(columns);
            double length = v.norm().to_type(ScalarType.Float64).item<double>();
            // A convergent series stays below the sum of its terms' bounds, Σ ‖g‖ = depth ‖g‖.
            if (!double.IsFinite(length) || length > 10.0 * (step + 2) * start)
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The Neumann series diverges: after {step + 1} terms its length is {length:g3}, from {start:g3}. ")
                    + "A batch's curvature is far above that of all examples, or the Hessian is negative. Raise `lissa-batch` or "
                    + "`damping`, or use curvature=gauss-newton.")
                {
                    Remedies = [
                        new(RemedyKind.SetMethodOption, "lissa-batch"),
                        new(RemedyKind.SetMethodOption, "damping"),
                        new(RemedyKind.SetMethodOption, "curvature", "gauss-newton")
                    ],
                };
            }

            context.Progress?.Report(new MethodProgress("solve", (repeat * _depth) + step + 1, (long)_repeats * _depth, "terms"));
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

    private ulong Seed(string purpose) => new RandomStream(_curvature.Context.Seed, purpose).NextUInt64();
}
