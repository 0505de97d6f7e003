using System.Globalization;
using Tessar.Examples;
using Tessar.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>Finds what one training recipe uses of the data and another doesn't.</summary>
/// <remarks>
/// <para>
/// For each query the part of A's scores that B's don't explain: r = θ_A − (⟨θ_A, θ_B⟩/⟨θ_B, θ_B⟩) θ_B, so ⟨r, θ_B⟩ = 0. The
/// principal components v of these rows, columns centred, are directions over the train examples that matter to A and not to B.
/// Along v the variance of a recipe is that of ⟨θ_q/‖θ_q‖, v⟩ over queries; a direction distinguishes when A's is large and B's
/// small.
/// </para>
/// <para>
/// Most of r is what seeds leave behind: on `mlp`, five models of one recipe leave 80 % of the norm unexplained by five others.
/// So with several models the components come from the products of *different* models, G = mean over e ≠ e′ of R_e R_e′ᵀ, R_e =
/// θ_A,e − c θ_B,e: the noise of a seed has no part in them on average, and its share in v = R̄ᵀu falls with the number of
/// queries.
/// </para>
/// <para>
/// Two seeds of one recipe differ too, so a verdict needs several models of each recipe: <see cref="RecipeTest"/>. Cost: m²·n for
/// the components, m·(2E)²·n for the test. Source: Shah et al., "ModelDiff", arXiv:2211.12491.
/// </para>
/// </remarks>
internal static class ModelDiff
{
    private const double Identical = 1e-6;
    private const double SmallestEigenvalue = 1e-10;
    private const int Resamples = 2_000;

    /// <summary>Compares two recipes.</summary>
    /// <param name="a">Scores of the models of A.</param>
    /// <param name="b">Scores of the models of B, of the same queries and train examples in the same order.</param>
    /// <param name="options">Directions wanted, level of the test.</param>
    /// <param name="cancellation">Looked at often.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="NumericalException">No query has a score other than 0 in both.</exception>
    public static RecipeDifference Compare(
        RecipeScores a, RecipeScores b, ModelDiffOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(options);
        if (a.Queries != b.Queries || a.Examples != b.Examples)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"A has scores of {a.Examples} examples on {a.Queries} queries, B of {b.Examples} on {b.Queries}; both need the "
                    + $"same, in the same order."), nameof(b));
        }

        if (options.NormalizesRows)
        {
            using RecipeScores unitA = a.WithUnitRows(), unitB = b.WithUnitRows();
            return Compare(unitA, unitB, options with { NormalizesRows = false }, cancellation);
        }

        double[][,] products = RecipeTest.RowProducts(a, b, cancellation);
        using DisposeScope scope = NewDisposeScope();
        Tensor rowsA = a.Mean(), rowsB = b.Mean();
        int[] kept = NonZeroRows(rowsA, rowsB);
        Tensor index = tensor(kept.Select(q => (long)q).ToArray());
        (Tensor keptA, Tensor keptB) = (rowsA.index_select(0, index), rowsB.index_select(0, index));
        products = [.. kept.Select(q => products[q])];
        Tensor unexplained = Residuals(keptA, keptB);
        double share = RelativeNorm(unexplained, keptA);
        var difference = new RecipeDifference
        {
            QueriesUsed = kept.Length,
            QueriesDropped = a.Queries - kept.Length,
            UnexplainedShare = share,
            UnexplainedShareOfB = RelativeNorm(Residuals(keptB, keptA), keptB),
        };
        if (share < Identical && difference.UnexplainedShareOfB < Identical)
            return difference with { Verdict = RecipeVerdict.Identical };
        if (a.Models >= 2 && b.Models >= 2)
        {
            (double statistic, double p, int assignments) = RecipeTest.Run(products, a.Models, options.Seed, cancellation);
            difference = difference with { Statistic = statistic, PValue = p, Assignments = assignments };
            // The statistic doesn't know which recipe is which: with equally many models every assignment has a twin.
            double smallest = (a.Models == b.Models ? 2.0 : 1.0) / assignments;
            if (p > options.Level && smallest <= options.Level)
                return difference with { Verdict = RecipeVerdict.NoDifference };
            if (p <= options.Level)
                difference = difference with { Verdict = RecipeVerdict.Difference };
        }

        return difference with
        {
            OfA = Directions(
                ResidualsOfModels(a, b, keptA, keptB, index), unexplained,
                new Compared(a, b, products, kept, IsSwapped: false), options, cancellation),
            OfB = Directions(
                ResidualsOfModels(b, a, keptB, keptA, index), Residuals(keptB, keptA),
                new Compared(b, a, products, kept, IsSwapped: true), options, cancellation),
        };
    }

    /// <summary>r = θ_A − (⟨θ_A, θ_B⟩/⟨θ_B, θ_B⟩) θ_B, row by row, [m, n]; the caller disposes it.</summary>
    public static Tensor Residuals(Tensor rowsA, Tensor rowsB)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor along = (rowsA * rowsB).sum(1, keepdim: true) / (rowsB * rowsB).sum(1, keepdim: true);
        return (rowsA - along * rowsB).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Principal directions of rows, columns centred: unit vectors [k, n] and their eigenvalues, largest first; the caller
    /// disposes them.
    /// </summary>
    /// <remarks>
    /// By the m×m Gram matrix: eigenvector u gives v = Rᵀu/√λ. Centring makes one eigenvalue 0, so at most m − 1 are kept.
    /// </remarks>
    /// <param name="models">
    /// Rows of single models, [m, n] each, whose mean is the rows to decompose; a single one is decomposed as it is.
    /// </param>
    /// <param name="count">Most directions wanted.</param>
    public static (Tensor Vectors, double[] Eigenvalues) PrincipalDirections(IReadOnlyList<Tensor> models, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = stack(models).mean([0]);
        Tensor centerd = mean - mean.mean([0], keepdim: true);
        (Tensor values, Tensor vectors) = linalg.eigh(models.Count == 1
            ? centerd.mm(centerd.t())
            : CrossProducts(models, centerd));
        double[] ascending = values.data<double>().ToArray();
        double largest = ascending[^1];
        int kept = Math.Min(
            count, Math.Min(ascending.Length - 1, ascending.Count(v => v > SmallestEigenvalue * largest && v > 0)));
        if (kept == 0)
            return (empty(0, mean.shape[1], dtype: ScalarType.Float64).MoveToOuterDisposeScope(), []);
        double[] eigenvalues = [.. ascending.Reverse().Take(kept)];
        Tensor chosen = vectors.narrow(1, ascending.Length - kept, kept).flip(1);
        Tensor directions = chosen.t().mm(centerd);
        directions = directions / directions.norm(1, keepdim: true);
        // The sign is free: the largest entry is made positive.
        Tensor at = directions.abs().argmax(1, keepdim: true);
        directions = directions * directions.gather(1, at).sign();
        return (directions.MoveToOuterDisposeScope(), eigenvalues);
    }

    // mean over e ≠ e′ of R_e R_e′ᵀ = (E² R̄R̄ᵀ − Σ_e R_e R_eᵀ) / (E (E − 1)), columns centred.
    private static Tensor CrossProducts(IReadOnlyList<Tensor> models, Tensor centerdMean)
    {
        using DisposeScope scope = NewDisposeScope();
        double count = models.Count;
        Tensor sum = count * count * centerdMean.mm(centerdMean.t());
        foreach (Tensor model in models)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor centerd = model - model.mean([0], keepdim: true);
            sum.sub_(centerd.mm(centerd.t()));
        }

        return (sum / (count * (count - 1))).MoveToOuterDisposeScope();
    }

    // What B doesn't explain of single models of A, each with a model of B of its own: [m, n] of each; c is that of the means.
    private static Tensor[] ResidualsOfModels(RecipeScores a, RecipeScores b, Tensor rowsA, Tensor rowsB, Tensor kept)
    {
        int count = Math.Min(a.Models, b.Models);
        if (count < 2)
            return [Residuals(rowsA, rowsB)];
        using DisposeScope scope = NewDisposeScope();
        Tensor along = (rowsA * rowsB).sum(1, keepdim: true) / (rowsB * rowsB).sum(1, keepdim: true);
        return [.. Enumerable.Range(0, count).Select(e =>
            (a.Model(e).index_select(0, kept) - along * b.Model(e).index_select(0, kept)).MoveToOuterDisposeScope())];
    }

    private static RecipeDirection[] Directions(
        IReadOnlyList<Tensor> residualsOfModels, Tensor residuals, Compared compared, ModelDiffOptions options,
        CancellationToken cancellation)
    {
        (RecipeScores own, RecipeScores other, double[][,] products, int[] kept, bool isSwapped) = compared;
        using DisposeScope scope = NewDisposeScope();
        double total = (residuals - residuals.mean([0], keepdim: true)).square().sum().item<double>();
        (Tensor vectors, double[] eigenvalues) = PrincipalDirections(residualsOfModels, options.Directions);
        // ⟨θ_e,q, v_k⟩ of each model: [queries][models, directions], those of the recipe itself first.
        double[][,] projections = [.. kept.Select(q =>
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            return (double[,])cat([own.RowsOf(q), other.RowsOf(q)]).mm(vectors.t()).data<double>().ToNDArray();
        })];
        var variances = new DirectionVariance(products, projections, isSwapped ? other.Models : own.Models, isSwapped);
        double[,] loadings = (double[,])vectors.data<double>().ToNDArray();
        double[,] scores = (double[,])residuals.mm(vectors.t()).data<double>().ToNDArray();
        return [.. Enumerable.Range(0, eigenvalues.Length).Select(k =>
        {
            cancellation.ThrowIfCancellationRequested();
            (double ownVariance, double otherVariance) = variances.Of(k);
            (double[] ownDraws, double[] otherDraws) = variances.Resample(k, Resamples, options.Seed);
            return new RecipeDirection
            {
                Share = eigenvalues[k] / total,
                Variance = ownVariance,
                VarianceInOther = otherVariance,
                VarianceInterval = Interval(ownDraws),
                VarianceInOtherInterval = Interval(otherDraws),
                Loadings = [.. Enumerable.Range(0, loadings.GetLength(1)).Select(i => loadings[k, i])],
                Projections = [.. Enumerable.Range(0, kept.Length).Select(q => scores[q, k])],
                Queries = kept,
            };
        })];
    }

    // The recipe that is decomposed, the other, products of their models' rows, and the queries that are left.
    private sealed record Compared(RecipeScores Own, RecipeScores Other, double[][,] Products, int[] Kept, bool IsSwapped);

    private static (double Low, double High)? Interval(double[] draws) => draws.Length == 0 ? null : Quantiles.Central95(draws);

    private static int[] NonZeroRows(Tensor rowsA, Tensor rowsB)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] normsA = rowsA.square().sum(1).data<double>().ToArray(), normsB = rowsB.square().sum(1).data<double>().ToArray();
        int[] kept = [.. Enumerable.Range(0, normsA.Length).Where(q => normsA[q] > 0 && normsB[q] > 0)];
        return kept.Length > 0 ? kept : throw new NumericalException(
            "Every query has a row of zeros in one of the recipes: nothing can be compared. Look at the scores.")
        {
            Remedies = [new(RemedyKind.Attribute)]
        };
    }

    private static double RelativeNorm(Tensor residuals, Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        return (residuals.square().sum(1) / rows.square().sum(1)).mean().item<double>() is var meanSquare
            ? Math.Sqrt(meanSquare)
            : 0;
    }
}

/// <summary>Settings of <see cref="ModelDiff"/>.</summary>
internal sealed record ModelDiffOptions
{
    /// <summary>Directions wanted, at least 1.</summary>
    public int Directions { get; init; } = 5;

    /// <summary>Largest p with which recipes count as different, in (0, 1).</summary>
    public double Level { get; init; } = 0.05;

    /// <summary>Whether every row of scores is brought to norm 1 first, so that each query counts alike.</summary>
    public bool NormalizesRows { get; init; }

    /// <summary>Decides resamples.</summary>
    public ulong Seed { get; init; }
}
