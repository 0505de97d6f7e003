namespace Tessar.Operators;

/// <summary>
/// What can be asked where a curvature can't be divided by, as names of methods: the matrix itself knows nobody above it.
/// </summary>
/// <param name="WithoutCurvature">Methods that need none, for a curvature that is zero.</param>
/// <param name="OfAnySize">Methods that don't write it out, for models with too many parameters.</param>
internal sealed record CurvatureAlternatives(IReadOnlyList<string> WithoutCurvature, IReadOnlyList<string> OfAnySize)
{
    /// <summary>The error of a curvature that is zero.</summary>
    public NumericalException Zero() => new(
        "The curvature of the training loss is zero, so nothing can be divided by it. Look at another checkpoint"
            + (WithoutCurvature.Count > 0 ? $", or use {string.Join(" or ", WithoutCurvature)}." : "."))
    {
        Remedies = Use(WithoutCurvature),
    };

    /// <summary>Methods as remedies.</summary>
    public static IReadOnlyList<Remedy> Use(IReadOnlyList<string> methods) =>
        [.. methods.Select(method => new Remedy(RemedyKind.UseMethod, method))];
}
