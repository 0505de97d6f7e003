using System.Text.Json.Serialization;
using Tessar.Results;

namespace Tessar.Methods;

/// <summary>How an attribution was made.</summary>
public sealed record AttributionReport
{
    /// <summary>Name of the method, for example <c>data/trak</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the output function that is explained, for example <c>margin</c>.</summary>
    public required string Output { get; init; }

    /// <summary>Number of parameters whose gradient was used.</summary>
    public required long Parameters { get; init; }

    /// <summary>Names of the parameters that were left out: frozen, or unsupported and skipped.</summary>
    public required IReadOnlyList<string> SkippedParameters { get; init; }

    /// <summary>What a score of 1 means, one clause, for example <c>change of the margin, to first order</c>.</summary>
    public string Units { get; init; } = "no unit: only order and ratios within a target mean something";

    /// <summary>
    /// How gradients were shortened, for example <c>none</c>, <c>sketch</c>; null for methods without that choice.
    /// </summary>
    public string? Projection { get; init; }

    /// <summary>What the method found when it checked itself: residuals, completeness gaps, standard errors.</summary>
    public IReadOnlyList<SelfCheck> Checks { get; init; } = [];

    /// <summary>
    /// What to know before trusting the scores, one sentence each: negative curvature met, too few iterations, data without
    /// history.
    /// </summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Width k of the projection; null when gradients weren't projected.</summary>
    public int? ProjectionDimension { get; init; }

    /// <summary>Absolute damping λ of each checkpoint; empty for methods without.</summary>
    public IReadOnlyList<double> Damping { get; init; } = [];

    /// <summary>
    /// The damping of each checkpoint in the unit of the option <c>damping</c>, where the method chose it; otherwise null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? RelativeDamping { get; init; }

    /// <summary>Seconds spent on gradients and features; nearly zero when a store could be reused.</summary>
    public required double SecondsFeatures { get; init; }

    /// <summary>Seconds spent on solving and scoring.</summary>
    public required double SecondsScoring { get; init; }

    /// <summary>
    /// Train examples whose features were computed in this call, over all checkpoints; 0 when stores could be reused.
    /// </summary>
    public required long ExamplesComputed { get; init; }

    /// <summary>
    /// Largest relative difference between the fast gradients and one backward pass per example, on the examples checked.
    /// </summary>
    public required double GradientCheck { get; init; }
}
