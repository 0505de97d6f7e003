using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>The kernel by an n×n solve, for n &lt; k or exact gradients: Φ (ΦᵀΦ + λI)⁻¹ φ(q) = (ΦΦᵀ + λI)⁻¹ Φφ(q).</summary>
/// <remarks>Cost: n³/3 for the factor and n²·m for the targets. Memory: 16 n² bytes. λ is still relative to tr(ΦᵀΦ)/n.</remarks>
internal sealed class DualKernel : ScoreKernel
{
    private readonly Tensor _scores;
    private readonly Tensor _selfScores;

    /// <summary>Builds the kernel.</summary>
    /// <param name="gram">ΦΦᵀ, [n, n], fp64; overwritten.</param>
    /// <param name="cross">Φφ(q), [n, m], fp64.</param>
    /// <param name="relativeDamping">λ / s̄, at least 0.</param>
    /// <param name="rounding">Relative size of the rounding errors in the Gram matrix.</param>
    /// <param name="withSelfScores">Whether <see cref="SelfScores"/> will be asked for; costs n³ more.</param>
    public DualKernel(Tensor gram, Tensor cross, double relativeDamping, double rounding, bool withSelfScores)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = gram.shape[0];
        MeanSquaredNorm = gram.diagonal().sum().item<double>() / n;
        Damping = relativeDamping * MeanSquaredNorm;
        Tensor? undamped = withSelfScores ? gram.clone() : null;
        using var solver = new DampedCholesky(gram, Damping, relativeDamping == 0 ? rounding : 0);
        _scores = solver.Solve(cross).DetachFromDisposeScope();
        _selfScores = (undamped is null ? empty(0, dtype: ScalarType.Float64) : solver.Solve(undamped).diagonal().clone())
            .DetachFromDisposeScope();
    }

    public override Tensor Scores(int first, int count) => _scores.narrow(0, first, count).clone();

    public override Tensor SelfScores(int first, int count) => _selfScores.narrow(0, first, count).clone();

    protected override void Release()
    {
        _scores.Dispose();
        _selfScores.Dispose();
    }
}
