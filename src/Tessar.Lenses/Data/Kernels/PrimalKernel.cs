using Tessar.Lenses.Data.Features;
using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>The kernel by a k×k solve: K⁻¹ is applied to the few targets, then the train features are streamed once.</summary>
/// <remarks>Cost: n·k² for the Gram matrix, k³/3 for its factor, k²·m for the targets, n·k·m for the scores.</remarks>
internal sealed class PrimalKernel : ScoreKernel
{
    private readonly IFeatureRows _train;
    private readonly DampedCholesky _solver;
    private readonly Tensor _preconditioned;
    private readonly Tensor? _weights;
    private readonly double _scale;

    /// <summary>Builds the kernel.</summary>
    /// <param name="train">Φ, [n, k]; has to outlive the kernel.</param>
    /// <param name="targets">Rows φ(q), [m, k].</param>
    /// <param name="relativeDamping">λ / s̄, at least 0.</param>
    /// <param name="weights">The diagonal of R, [n]; null means 1.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    public PrimalKernel(
        IFeatureRows train, IFeatureRows targets, double relativeDamping, Tensor? weights, CancellationToken cancellation)
        : this(
            train, targets, FeatureProducts.Gram(train, weights, cancellation), ownsGram: true, relativeDamping, weights,
            normalize: false)
    {
    }

    /// <summary>Builds the kernel from a Gram matrix that is there already.</summary>
    /// <param name="train">Φ, [n, k]; has to outlive the kernel.</param>
    /// <param name="targets">Rows φ(q), [m, k].</param>
    /// <param name="gram">ΦᵀRΦ, [k, k], fp64; stays the caller's, unchanged.</param>
    /// <param name="relativeDamping">λ / s̄, at least 0.</param>
    /// <param name="weights">The diagonal of R, [n]; null means 1.</param>
    /// <param name="normalize">Whether scores are divided by the mean absolute entry of K⁻¹.</param>
    public PrimalKernel(
        IFeatureRows train, IFeatureRows targets, Tensor gram, double relativeDamping, Tensor? weights, bool normalize)
        : this(train, targets, gram, ownsGram: false, relativeDamping, weights, normalize)
    {
    }

    private PrimalKernel(
        IFeatureRows train, IFeatureRows targets, Tensor gram, bool ownsGram, double relativeDamping, Tensor? weights,
        bool normalize)
    {
        using Tensor matrix = ownsGram ? gram : gram.clone();
        _train = train;
        _weights = weights;
        using DisposeScope scope = NewDisposeScope();
        MeanSquaredNorm = matrix.diagonal().sum().item<double>() / train.Count;
        Damping = relativeDamping * MeanSquaredNorm;
        _solver = new DampedCholesky(matrix, Damping, relativeDamping == 0 ? FeatureProducts.RoundingOfGram(train, weights) : 0);
        _scale = normalize ? 1 / _solver.Solve(eye(train.Width, dtype: ScalarType.Float64)).abs().mean().item<double>() : 1;
        Tensor columns = targets.Read(0, targets.Count).to_type(ScalarType.Float64).t();
        _preconditioned = _solver.Solve(columns).mul_(_scale).DetachFromDisposeScope();
    }

    /// <summary>K⁻¹ φ(q), [k, m], fp64; stays the kernel's.</summary>
    public Tensor Preconditioned => _preconditioned;

    public override Tensor Scores(int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        // Streaming dominates for large n: fp32 there, fp64 where it costs nothing.
        ScalarType type = FeatureProducts.IsDouble((double)_train.Count * _train.Width * _preconditioned.shape[1])
            ? ScalarType.Float64
            : ScalarType.Float32;
        Tensor block = _train.Read(first, count).to_type(type);
        return block.mm(_preconditioned.to_type(type)).to_type(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    public override Tensor SelfScores(int first, int count)
    {
        Tensor own = QuadraticForms(first, count);
        return own.mul_(_scale);
    }

    public override Tensor Leverages(int first, int count)
    {
        Tensor own = QuadraticForms(first, count);
        return _weights is null ? own : own.mul_(_weights.narrow(0, first, count));
    }

    private Tensor QuadraticForms(int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = _train.Read(first, count).to_type(ScalarType.Float64).t();
        return _solver.QuadraticForms(columns).MoveToOuterDisposeScope();
    }

    protected override void Release()
    {
        _solver.Dispose();
        _preconditioned.Dispose();
    }
}
