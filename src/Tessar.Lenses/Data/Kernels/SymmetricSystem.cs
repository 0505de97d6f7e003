using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kernels;

/// <summary>Solves (G R + λI) u = c for one symmetric n×n matrix G and many λ, in the memory of G alone.</summary>
/// <remarks>
/// The blocks on and above the diagonal keep G. Those below take the Cholesky factor L of S = √R G √R + λI, block column by block
/// column (left-looking, so that nearly all work is one large product a column), and are overwritten by the next λ. With fp32
/// storage each solution is refined by residuals in fp64 until they stop shrinking: G is then solved as exactly as fp64 would.
/// Time: n³/3 for a factor, 4 n² a right-hand side and step. Memory: n² numbers and n·<see cref="Block"/> in fp64.
/// </remarks>
internal sealed class SymmetricSystem : IDisposable
{
    /// <summary>Rows of a block; G has to be given on and above the diagonal of these blocks.</summary>
    public const int Block = 512;

    private const int MostSteps = 12;
    private const int Columns = 512;
    private const double Enough = 1e-11;

    private readonly Tensor _matrix;
    private readonly Tensor? _roots;
    private readonly List<Tensor> _pivots = [];
    private double _damping;

    /// <summary>Takes the matrix over.</summary>
    /// <param name="matrix">[n, n], fp32 or fp64; entries below the diagonal blocks don't matter. Becomes the system's.</param>
    /// <param name="weights">The diagonal of R, [n], at least 0; null means 1.</param>
    public SymmetricSystem(Tensor matrix, Tensor? weights)
    {
        _matrix = matrix;
        using Tensor? wide = weights?.to_type(ScalarType.Float64);
        _roots = wide?.sqrt();
    }

    /// <summary>Largest relative residual ‖c − (GR + λI)u‖/‖c‖ of what was solved so far.</summary>
    public double Residual { get; private set; }

    private int Count => checked((int)_matrix.shape[0]);

    /// <summary>tr(R G)/n.</summary>
    public double MeanDiagonal()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor diagonal = _matrix.diagonal().to_type(ScalarType.Float64);
        return (_roots is null ? diagonal : diagonal * _roots.square()).sum().item<double>() / Count;
    }

    /// <summary>Factors √R G √R + λI.</summary>
    /// <param name="damping">λ ≥ 0, absolute.</param>
    /// <param name="rounding">Relative size of the rounding errors in G; without damping smaller pivots mean nothing.</param>
    /// <param name="cancellation">Looked at between block columns.</param>
    /// <exception cref="NumericalException">A pivot is zero within rounding.</exception>
    public void Factor(double damping, double rounding, CancellationToken cancellation)
    {
        _damping = damping;
        ReleasePivots();
        using DisposeScope scope = NewDisposeScope();
        double largest = 0, smallest = double.PositiveInfinity;
        for (int j = 0; j < Count; j += Block)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope column = NewDisposeScope();
            int width = Math.Min(Block, Count - j), below = j + width;
            Tensor pivot = Scaled(
                _matrix.narrow(0, j, width).narrow(1, j, width).to_type(ScalarType.Float64, copy: true), j, width, j, width);
            pivot.diagonal().add_(damping);
            largest = Math.Max(largest, pivot.diagonal().max().item<double>());
            Tensor done = _matrix.narrow(0, j, width).narrow(1, 0, j);
            if (j > 0)
                pivot.sub_(done.mm(done.t()));
            (Tensor factor, Tensor info) = linalg.cholesky_ex(pivot);
            if (info.item<int>() > 0)
                throw Singular(string.Create(CultureInfo.InvariantCulture, $"pivot {j + info.item<int>() - 1} isn't positive"));
            smallest = Math.Min(smallest, factor.diagonal().square().min().item<double>());
            _pivots.Add(factor.DetachFromDisposeScope());
            if (below == Count)
                break;
            Tensor panel = _matrix.narrow(0, below, Count - below).narrow(1, j, width);
            panel.copy_(Scaled(_matrix.narrow(0, j, width).narrow(1, below, Count - below).t(), below, Count - below, j, width));
            if (j > 0)
                panel.addmm_(_matrix.narrow(0, below, Count - below).narrow(1, 0, j), done.t(), 1, -1);
            // X Lᵀ = panel, hence L Xᵀ = panelᵀ.
            panel.copy_(linalg.solve_triangular(factor.to_type(_matrix.dtype), panel.t(), upper: false).t());
        }

        if (!(smallest > (damping == 0 ? rounding : 0) * largest))
            throw Singular(string.Create(
                CultureInfo.InvariantCulture, $"the smallest pivot is {smallest:g3} beside a largest entry of {largest:g3}"));
    }

    /// <summary>u = (G R + λI)⁻¹ c for each column c; the caller disposes it.</summary>
    /// <param name="right">[n, m], fp64.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    public Tensor Solve(Tensor right, CancellationToken cancellation)
    {
        Tensor solution = empty(right.shape, dtype: ScalarType.Float64);
        for (int first = 0; first < right.shape[1]; first += Columns)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(Columns, right.shape[1] - first);
            solution.narrow(1, first, count).copy_(SolveColumns(right.narrow(1, first, count), cancellation));
        }

        return solution;
    }

    /// <summary>[(G R + λI)⁻¹ G]_ii = φ_iᵀ(ΦᵀRΦ + λI)⁻¹φ_i for every i, [n], fp64; the caller disposes it.</summary>
    public Tensor SelfScores(CancellationToken cancellation)
    {
        Tensor own = empty(Count, dtype: ScalarType.Float64);
        for (int first = 0; first < Count; first += Block)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Block, Count - first);
            // Columns [first, first + count) of G: above the diagonal as they lie, below it from the rows.
            Tensor columns = empty(Count, count, dtype: ScalarType.Float64);
            columns.narrow(0, 0, first + count).copy_(_matrix.narrow(0, 0, first + count).narrow(1, first, count));
            int below = Count - first - count;
            if (below > 0)
                columns.narrow(0, first + count, below)
                    .copy_(_matrix.narrow(0, first, count).narrow(1, first + count, below).t());
            Tensor solved = SolveColumns(columns, cancellation);
            own.narrow(0, first, count).copy_(solved.narrow(0, first, count).diagonal());
        }

        return own;
    }

    public void Dispose()
    {
        ReleasePivots();
        _matrix.Dispose();
        _roots?.Dispose();
    }

    private Tensor SolveColumns(Tensor right, CancellationToken cancellation)
    {
        Tensor norms = right.square().sum(0L).sqrt();
        norms.masked_fill_(norms == 0, 1);
        Tensor solution = Approximate(right);
        double before = double.PositiveInfinity;
        for (int step = 0; ; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor weighted = _roots is null ? solution : solution * _roots.square().unsqueeze(1);
            Tensor residual = right - Multiply(weighted) - solution * _damping;
            double error = (residual.square().sum(0L).sqrt() / norms).max().item<double>();
            if (!(error > Enough) || step == MostSteps || error > before / 2)
            {
                Residual = Math.Max(Residual, error);
                return solution;
            }

            solution.add_(Approximate(residual));
            before = error;
        }
    }

    // With y = S⁻¹√R c: u_i = y_i/√r_i, or (c − G√R y)_i/λ where r_i is too small to divide by.
    private Tensor Approximate(Tensor right)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_roots is null)
            return Triangular(right).MoveToOuterDisposeScope();
        Tensor roots = _roots.unsqueeze(1), y = Triangular(right * roots);
        Tensor isSmall = roots < 1e-3 * _roots.max();
        Tensor divided = y / roots;
        if (_damping == 0 || !isSmall.any().item<bool>())
            return divided.MoveToOuterDisposeScope();
        return where(isSmall, (right - Multiply(roots * y)) / _damping, divided).MoveToOuterDisposeScope();
    }

    // S⁻¹ c with the factor as it is stored: forwards through L, backwards through Lᵀ.
    private Tensor Triangular(Tensor right)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = right.to_type(_matrix.dtype, copy: true);
        for (int b = 0; b < _pivots.Count; b++)
        {
            using DisposeScope block = NewDisposeScope();
            int first = b * Block, width = (int)_pivots[b].shape[0];
            Tensor rows = x.narrow(0, first, width);
            if (first > 0)
                rows.addmm_(_matrix.narrow(0, first, width).narrow(1, 0, first), x.narrow(0, 0, first), 1, -1);
            rows.copy_(linalg.solve_triangular(_pivots[b], rows.to_type(ScalarType.Float64), upper: false));
        }

        for (int b = _pivots.Count - 1; b >= 0; b--)
        {
            using DisposeScope block = NewDisposeScope();
            int first = b * Block, width = (int)_pivots[b].shape[0], below = first + width;
            Tensor rows = x.narrow(0, first, width);
            if (below < Count)
                rows.addmm_(
                    _matrix.narrow(0, below, Count - below).narrow(1, first, width).t(), x.narrow(0, below, Count - below), 1,
                    -1);
            rows.copy_(linalg.solve_triangular(_pivots[b].t(), rows.to_type(ScalarType.Float64), upper: true));
        }

        return x.to_type(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    // G x in fp64, reading each block above the diagonal once for both of its places.
    private Tensor Multiply(Tensor x)
    {
        Tensor product = zeros(x.shape, dtype: ScalarType.Float64);
        for (int first = 0; first < Count; first += Block)
        {
            using DisposeScope scope = NewDisposeScope();
            int width = Math.Min(Block, Count - first), below = Count - first - width;
            Tensor rows = _matrix.narrow(0, first, width).narrow(1, first, Count - first).to_type(ScalarType.Float64);
            product.narrow(0, first, width).add_(rows.mm(x.narrow(0, first, Count - first)));
            if (below > 0)
                product.narrow(0, first + width, below).add_(rows.narrow(1, width, below).t().mm(x.narrow(0, first, width)));
        }

        return product;
    }

    private Tensor Scaled(Tensor part, int row, int rows, int column, int columns) =>
        _roots is null ? part : part * _roots.narrow(0, row, rows).unsqueeze(1) * _roots.narrow(0, column, columns);

    private NumericalException Singular(string pivot) => new(string.Create(
        CultureInfo.InvariantCulture, $"The Gram matrix of the features plus damping {_damping:g3} is singular: {pivot}. ")
        + "Some examples have equal or dependent features. Use a positive damping, for example 0.3.")
    {
        Remedies = [new(RemedyKind.SetMethodOption, "damping", "0.3")]
    };

    private void ReleasePivots()
    {
        _pivots.ForEach(pivot => pivot.Dispose());
        _pivots.Clear();
    }
}
