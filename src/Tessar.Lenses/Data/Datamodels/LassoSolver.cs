using System.Globalization;
using System.Runtime.InteropServices;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Solves the lasso, or the elastic net, of one target for falling penalties, each from the solution before.</summary>
/// <remarks>
/// min over w̃: (1/2M)‖y − ȳ − X̃w̃‖² + λ‖w̃‖₁ + (λ₂/2)‖w̃‖². Coordinate descent in a working set W, with the gradients g_j =
/// x̃_jᵀr/M of its members kept up to date by covariances: ρ_j = g_j + w̃_j, w̃_j ← soft(ρ_j, λ)/(1 + λ₂), g −= C_j Δw̃_j; where
/// it is slow,
/// <see cref="ActiveSystem"/> takes over. Then the residual is formed and all columns are checked with it; those that violate
/// |g_i| ≤ λ join W, until none is left. A new λ begins with that check of the solution before. (The strong rule, |g_i| ≥ 2λ −
/// λ_before, would let in a third more columns and saves no round, as a check of all columns is cheap here.) Inside numbers are
/// fp32; the check and what it hands back are fp64, so nothing drifts. One target after the other; not for several threads.
/// Source: Friedman, Hastie, Tibshirani, "Regularization paths for generalized linear models via coordinate descent", 2010.
/// </remarks>
internal sealed class LassoSolver
{
    private const int MostRounds = 1_000;
    private const int MostSweeps = 10_000;
    // Sweeps after which a system of equations is solved instead, unless it would have more unknowns than this.
    private const int SweepsBeforeSolving = 8;
    private const int LargestSystem = 4_096;

    private readonly MaskColumns _columns;
    private readonly double _ridge;
    private readonly double _tolerance;
    private readonly double[] _gradients;
    private readonly double[] _residual;
    private readonly bool[] _isWorking;
    private readonly WorkingGram _gram;
    private readonly ActiveSystem _system;

    // By place in W: weights, those the residual knows of, and gradients in fp32 and for the system.
    private double[] _weights = new double[64];
    private double[] _applied = new double[64];
    private float[] _working = new float[64];
    private double[] _own = new double[64];

    /// <summary>Makes room for one target at a time.</summary>
    /// <param name="columns">The design.</param>
    /// <param name="ridge">λ₂, at least 0.</param>
    /// <param name="tolerance">Largest violation of the optimality conditions that is left, relative to λ.</param>
    /// <param name="gramBytes">Most bytes of covariances that are kept; beyond that they are counted anew each time.</param>
    public LassoSolver(MaskColumns columns, double ridge = 0, double tolerance = 1e-4, long gramBytes = 256L << 20)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(ridge);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        (_columns, _ridge, _tolerance) = (columns, ridge, tolerance);
        (_gradients, _residual, _isWorking) = (new double[columns.Count], new double[columns.Rows], new bool[columns.Count]);
        (_gram, _system) = (new WorkingGram(columns, gramBytes), new ActiveSystem(columns, ridge));
    }

    /// <summary>λ_max = max_i |x̃_iᵀ(y − ȳ)|/M: from there on all weights are 0.</summary>
    public double LargestPenalty { get; private set; }

    /// <summary>ȳ.</summary>
    public double Mean { get; private set; }

    /// <summary>Largest violation of the optimality conditions at the last solution, relative to λ.</summary>
    public double Gap { get; private set; }

    /// <summary>Weights that aren't 0.</summary>
    public int NonZeros { get; private set; }

    /// <summary>y − ȳ − X̃w̃ at the last solution, [M].</summary>
    public ReadOnlySpan<double> Residual => _residual;

    /// <summary>Starts with another target, at all weights 0.</summary>
    /// <param name="y">[M].</param>
    public void Start(ReadOnlySpan<double> y)
    {
        if (y.Length != _columns.Rows)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"y has {y.Length} numbers; the design has {_columns.Rows} rows."),
                nameof(y));
        foreach (int i in _gram.Members)
            _isWorking[i] = false;
        _gram.Clear();
        _system.Clear();
        double mean = 0;
        foreach (double value in y)
            mean += value;
        mean /= y.Length;
        for (int r = 0; r < y.Length; r++)
            _residual[r] = y[r] - mean;
        _columns.Products(_residual, _gradients);
        (Mean, NonZeros, Gap) = (mean, 0, 0);
        LargestPenalty = 0;
        foreach (double g in _gradients)
            LargestPenalty = Math.Max(LargestPenalty, Math.Abs(g));
    }

    /// <summary>Sets weights to go on from; call it between <see cref="Start"/> and <see cref="Solve"/>.</summary>
    /// <param name="weights">Standardised weights by column.</param>
    public void StartFrom(IEnumerable<(int Column, double Weight)> weights)
    {
        foreach ((int column, double weight) in weights)
        {
            if (_columns.InverseDeviations[column] <= 0 || weight == 0)
                continue;
            int place = Add(column); // may move _weights
            _weights[place] = weight;
        }

        UpdateResidual();
        _columns.Products(_residual, _gradients);
    }

    /// <summary>Solves for a penalty.</summary>
    /// <param name="penalty">λ, above 0; best one after the other, falling.</param>
    /// <param name="cancellation">Looked at in every round.</param>
    /// <exception cref="NumericalException">It didn't converge.</exception>
    public void Solve(double penalty, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(penalty);
        double limit = _tolerance * penalty, inner = limit, worst = Admit(penalty, limit, out int added);
        for (int round = 0; added > 0 || worst > limit; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (round == MostRounds)
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture, $"The lasso didn't converge at λ = {penalty:g3}: the violation is {worst:g3}. ")
                    + "Raise `path-ratio`, or add a `ridge`.");
            }

            if (!Sweep(penalty, inner))
                SolveSystem(penalty);
            UpdateResidual();
            _columns.Products(_residual, _gradients);
            worst = Admit(penalty, limit, out added);
            // fp32 came to rest before fp64 is content: ask for more, from the fresh gradients.
            if (added == 0)
                inner *= 0.5;
        }

        (Gap, NonZeros) = (worst / penalty, _gram.Count - _weights.AsSpan(0, _gram.Count).Count(0.0));
    }

    /// <summary>The standardised weights that aren't 0.</summary>
    public List<(int Column, double Weight)> Standardized()
    {
        List<(int, double)> list = new(NonZeros);
        for (int a = 0; a < _gram.Count; a++)
        {
            if (_weights[a] != 0)
                list.Add((_gram.Members[a], _weights[a]));
        }

        return list;
    }

    // Lets violating columns into W; returns the largest violation, inside and outside.
    private double Admit(double penalty, double limit, out int added)
    {
        double worst = 0;
        for (int a = 0; a < _gram.Count; a++)
        {
            double g = _gradients[_gram.Members[a]], w = _weights[a];
            worst = Math.Max(worst, w == 0 ? Math.Abs(g) - penalty : Math.Abs(g - _ridge * w - Math.CopySign(penalty, w)));
        }

        added = 0;
        for (int i = 0; i < _gradients.Length; i++)
        {
            double beyond = Math.Abs(_gradients[i]) - penalty;
            if (beyond <= 0 || _isWorking[i])
                continue;
            worst = Math.Max(worst, beyond);
            if (beyond <= limit)
                continue;
            Add(i);
            added++;
        }

        return worst;
    }

    private int Add(int column)
    {
        int a = _gram.Add(column);
        if (a == _weights.Length)
        {
            Array.Resize(ref _weights, 2 * a);
            Array.Resize(ref _applied, 2 * a);
            Array.Resize(ref _working, 2 * a);
            Array.Resize(ref _own, 2 * a);
        }

        _isWorking[column] = true;
        (_weights[a], _applied[a]) = (0, 0);
        return a;
    }

    // Sweeps over W until no weight moves by more than a limit; false when that takes long.
    private bool Sweep(double penalty, double limit)
    {
        int count = _gram.Count, active = 0;
        Span<float> g = _working.AsSpan(0, count);
        ReadOnlySpan<int> members = CollectionsMarshal.AsSpan(_gram.Members);
        for (int a = 0; a < count; a++)
        {
            g[a] = (float)_gradients[members[a]];
            active += _weights[a] != 0 ? 1 : 0;
        }

        double shrink = 1 / (1 + _ridge);
        int most = active > LargestSystem ? MostSweeps : SweepsBeforeSolving;
        for (int sweep = 0; sweep < most; sweep++)
        {
            double largest = 0;
            for (int a = 0; a < count; a++)
            {
                double old = _weights[a], rho = g[a] + old;
                double next = Math.Abs(rho) <= penalty ? 0 : (rho - Math.CopySign(penalty, rho)) * shrink;
                double delta = next - old;
                if (delta == 0)
                    continue;
                _weights[a] = next;
                _gram.Subtract(g, a, (float)delta);
                largest = Math.Max(largest, Math.Abs(delta));
            }

            if (largest * (1 + _ridge) <= limit)
                return true;
        }

        return active > LargestSystem;
    }

    private void SolveSystem(double penalty)
    {
        _system.Match(CollectionsMarshal.AsSpan(_gram.Members), _weights);
        UpdateResidual();
        _columns.Products(_residual, CollectionsMarshal.AsSpan(_system.Columns), _own);
        _system.Descend(penalty, _weights, _own);
    }

    // r −= X̃ Δw̃ for the weights that changed since.
    private void UpdateResidual()
    {
        double shift = 0;
        for (int a = 0; a < _gram.Count; a++)
        {
            double change = _weights[a] - _applied[a];
            if (change == 0)
                continue;
            int i = _gram.Members[a];
            double raw = change * _columns.InverseDeviations[i];
            _columns.AddTo(_residual, i, -raw);
            shift += raw * _columns.Means[i];
            _applied[a] = _weights[a];
        }

        foreach (ref double r in _residual.AsSpan())
            r += shift;
    }
}
