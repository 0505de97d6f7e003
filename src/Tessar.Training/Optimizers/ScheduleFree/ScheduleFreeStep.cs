namespace Tessar.Training.Optimizers.ScheduleFree;

/// <summary>The numbers of one Schedule-Free update; the same for all parameters but for the decay.</summary>
/// <param name="Rate">γ, how far z moves.</param>
/// <param name="Weight">c, the share of the new z in the average x.</param>
/// <param name="Momentum">β, the share of x in y.</param>
/// <param name="Decay">λ, evaluated at y.</param>
internal readonly record struct ScheduleFreeStep(double Rate, double Weight, double Momentum, double Decay)
{
    /// <summary>β₂, the weight of earlier squares; only read where there are any.</summary>
    public double Second { get; init; }

    /// <summary>What v is multiplied by under the root: 1 / (1 − β₂ᵗ), or 1.</summary>
    public double SecondScale { get; init; }

    /// <summary>ε, added to the root.</summary>
    public double Epsilon { get; init; }

    /// <summary>False while the root is collected but not yet divided by.</summary>
    public bool Divides { get; init; }

    /// <summary>Weight of earlier gradients in the numerator; only read where there is such a mean.</summary>
    public double Inner { get; init; }

    /// <summary>What the numerator's mean is multiplied by: 1 / (1 − innerᵗ).</summary>
    public double InnerScale { get; init; }
}
