using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>A kernel whose scores lie ready: those of one λ, solved by a <see cref="SymmetricSystem"/>.</summary>
internal sealed class SolvedKernel : ScoreKernel
{
    private readonly Tensor _scores;
    private readonly Tensor? _selfScores;
    private readonly Tensor? _weights;

    /// <summary>Factors the system and solves it for the targets.</summary>
    /// <param name="system">G = ΦΦᵀ and R; its factor is overwritten.</param>
    /// <param name="cross">Φφ(q), [n, m], fp64.</param>
    /// <param name="relativeDamping">λ / s̄, at least 0.</param>
    /// <param name="rounding">Relative size of the rounding errors in G.</param>
    /// <param name="weights">The diagonal of R, [n]; null means 1. Stays the caller's.</param>
    /// <param name="withSelfScores">Whether <see cref="SelfScores"/> will be asked for; costs about 6 n³ more.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public SolvedKernel(
        SymmetricSystem system, Tensor cross, double relativeDamping, double rounding, Tensor? weights, bool withSelfScores,
        CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        MeanSquaredNorm = system.MeanDiagonal();
        Damping = relativeDamping * MeanSquaredNorm;
        system.Factor(Damping, rounding, cancellation);
        _scores = system.Solve(cross, cancellation).DetachFromDisposeScope();
        _selfScores = withSelfScores ? system.SelfScores(cancellation).DetachFromDisposeScope() : null;
        _weights = weights;
    }

    public override Tensor Scores(int first, int count) => _scores.narrow(0, first, count).clone();

    public override Tensor SelfScores(int first, int count) => _selfScores!.narrow(0, first, count).clone();

    public override Tensor Leverages(int first, int count)
    {
        Tensor own = SelfScores(first, count);
        return _weights is null ? own : own.mul_(_weights.narrow(0, first, count));
    }

    protected override void Release()
    {
        _scores.Dispose();
        _selfScores?.Dispose();
    }
}
