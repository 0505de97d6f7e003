namespace Tessar.Lenses.Data.Comparison;

/// <summary>What a comparison of two recipes found.</summary>
internal sealed record RecipeDifference
{
    /// <summary>The verdict.</summary>
    public RecipeVerdict Verdict { get; init; } = RecipeVerdict.Untested;

    /// <summary>Queries with scores in both recipes.</summary>
    public required int QueriesUsed { get; init; }

    /// <summary>Queries left out: all their scores are 0 in one recipe.</summary>
    public required int QueriesDropped { get; init; }

    /// <summary>Root mean square over queries of ‖r‖/‖θ_A‖, in [0, 1]: 0 when B explains all of A.</summary>
    public required double UnexplainedShare { get; init; }

    /// <summary>The same with the roles exchanged.</summary>
    public required double UnexplainedShareOfB { get; init; }

    /// <summary>Mean over queries of sin²(θ_A, θ_B); null without a test.</summary>
    public double? Statistic { get; init; }

    /// <summary>Share of assignments of the models to recipes that differ at least as much; null without a test.</summary>
    public double? PValue { get; init; }

    /// <summary>Assignments tried.</summary>
    public int Assignments { get; init; }

    /// <summary>What A uses and B doesn't, largest share first.</summary>
    public IReadOnlyList<RecipeDirection> OfA { get; init; } = [];

    /// <summary>What B uses and A doesn't.</summary>
    public IReadOnlyList<RecipeDirection> OfB { get; init; } = [];
}

/// <summary>Whether two recipes differ.</summary>
internal enum RecipeVerdict
{
    /// <summary>Too few models of the recipes to tell a difference of recipes from one of seeds.</summary>
    Untested,

    /// <summary>The scores are the same to rounding.</summary>
    Identical,

    /// <summary>No more than two seeds of one recipe differ.</summary>
    NoDifference,

    /// <summary>More than that.</summary>
    Difference,
}

/// <summary>A direction over the train examples that one recipe uses.</summary>
internal sealed record RecipeDirection
{
    /// <summary>Its part of the variance of what the other recipe doesn't explain, in [0, 1].</summary>
    public required double Share { get; init; }

    /// <summary>Variance along it in the recipe itself.</summary>
    public required double Variance { get; init; }

    /// <summary>Variance along it in the other.</summary>
    public required double VarianceInOther { get; init; }

    /// <summary>95 % interval of the variance over models; null for a single model.</summary>
    public required (double Low, double High)? VarianceInterval { get; init; }

    /// <summary>95 % interval of the other's variance.</summary>
    public required (double Low, double High)? VarianceInOtherInterval { get; init; }

    /// <summary>The direction: one number per train example, of Euclidean norm 1.</summary>
    public required IReadOnlyList<double> Loadings { get; init; }

    /// <summary>⟨r_q, v⟩ of each query used.</summary>
    public required IReadOnlyList<double> Projections { get; init; }

    /// <summary>Indices of the queries used.</summary>
    public required IReadOnlyList<int> Queries { get; init; }
}
