using System.Globalization;
using Tessar.Examples;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>
/// The inverse within the span of the leading eigenvectors, found by a Krylov space: V (Λ + λ)⁻¹ Vᵀ; everything outside is
/// dropped.
/// </summary>
/// <remarks>Source: Schioppa et al., arXiv:2112.03052.</remarks>
internal sealed class KrylovInverse : InverseCurvature
{
    private readonly Tensor _vectors;
    private readonly Tensor _inverses;
    private readonly double _worst;
    private readonly int _left;
    private double _keptSum;
    private int _kept;

    /// <summary>Finds the eigenvectors.</summary>
    /// <param name="curvature">Of the train set.</param>
    /// <param name="relativeDamping">λ relative to the mean eigenvalue of the Gauss–Newton matrix.</param>
    /// <param name="dimension">Size of the Krylov space.</param>
    /// <param name="keep">Eigenvectors that are kept: those of largest absolute eigenvalue.</param>
    public KrylovInverse(TrainCurvature curvature, double relativeDamping, int dimension, int keep)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        Damping = relativeDamping * curvature.MeanEigenvalue();
        ulong seed = new RandomStream(curvature.Seed, "arnoldi").NextUInt64();
        RitzPairs pairs = Lanczos.Decompose(
            curvature.Whole(), start: null, dimension, seed,
            step => curvature.Work.Progress?.Report(new MethodProgress("eigenvectors", step, dimension, "products")));
        // The space may be exhausted earlier: the stage still ends at its total.
        if (pairs.Values.Count < dimension)
            curvature.Work.Progress?.Report(new MethodProgress("eigenvectors", dimension, dimension, "products"));
        using DisposeScope scope = NewDisposeScope();
        using Tensor all = pairs.Vectors;
        double largest = pairs.Values.Max(Math.Abs);
        if (largest <= 0)
            throw curvature.Alternatives.Zero();
        int[] leading = [.. Enumerable.Range(0, pairs.Values.Count).OrderByDescending(k => Math.Abs(pairs.Values[k])).Take(keep)];
        // Directions that the damping doesn't make positive can't be divided by.
        int[] usable = [.. leading.Where(k => pairs.Values[k] + Damping > 1e-12 * largest)];
        _left = leading.Length - usable.Length;
        _worst = usable.Max(k => pairs.Residuals[k]) / largest;
        _vectors = all.index_select(1, tensor(usable.Select(k => (long)k).ToArray())).DetachFromDisposeScope();
        _inverses = tensor(usable.Select(k => 1 / (pairs.Values[k] + Damping)).ToArray()).to_type(_vectors.dtype)
            .DetachFromDisposeScope();
    }

    public override double Damping { get; }

    public override IEnumerable<SelfCheck> Checks =>
    [
        new("arnoldi-residual", _worst, 0.1, "Largest ‖Hv − μv‖ of a kept eigenvector over the largest eigenvalue."),
        new(
            "kept-share", _kept == 0 ? 0 : _keptSum / _kept, null,
            "Mean share of a target's squared gradient that lies in the kept directions; the rest is dropped."),
    ];

    public override IEnumerable<string> Remarks
    {
        get
        {
            if (_left > 0)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_left} of the leading directions have negative curvature and were left out. Use curvature=gauss-newton.");
            if (_worst > 0.1)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"A kept eigenvector isn't settled (residual {_worst:g2}). Raise `krylov-dimension`, or lower `keep`.");
        }
    }

    public override Tensor Solve(Tensor columns, Work work)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inside = _vectors.t().mm(columns);
        Tensor squared = columns.square().sum(0L);
        _keptSum += (inside.square().sum(0L) / where(squared.gt(0), squared, ones_like(squared))).sum(ScalarType.Float64)
            .item<double>();
        _kept += (int)columns.shape[1];
        return new LowRankOperator(_vectors, _inverses).Apply(columns).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        _vectors.Dispose();
        _inverses.Dispose();
        base.Dispose();
    }
}
