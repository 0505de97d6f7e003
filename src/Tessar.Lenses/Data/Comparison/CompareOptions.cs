using System.ComponentModel.DataAnnotations;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>Settings of <see cref="CompareRecipes"/>.</summary>
internal sealed record CompareOptions
{
    /// <summary>Models of each recipe, trained from other seeds; 0 takes the runs as they are.</summary>
    [Range(0, 1000)]
    public int Models { get; init; } = 5;

    /// <summary>Directions of each recipe to list.</summary>
    [Range(1, 100)]
    public int Directions { get; init; } = 3;

    /// <summary>Training examples and queries to keep at each end of a direction.</summary>
    [Range(1, 100_000)]
    public int Top { get; init; } = 10;

    /// <summary>Largest p with which recipes count as different.</summary>
    [Range(1e-6, 0.5), Option(ValueName = "P")]
    public double Level { get; init; } = 0.05;

    /// <summary>Let targets with larger scores count more; without it every target counts alike.</summary>
    public bool RawRows { get; init; }

    /// <summary>Counterfactual check: put this rectangle over the targets and compare the margins.</summary>
    [Option(ValueName = "WxH@X,Y=GREY")]
    public string? Patch { get; init; }

    /// <summary>Whose margin the check looks at (default each target's own class).</summary>
    [Option(ValueName = "CLASS", OnlyWith = nameof(Patch))]
    public string? PatchClass { get; init; }

    /// <summary>Effect in one recipe from which the check counts it as real.</summary>
    [Range(0.0, 1e6), Option(ValueName = "MARGIN", IsRare = true, OnlyWith = nameof(Patch))]
    public double Delta { get; init; } = 0.5;

    /// <summary>Largest effect in the other recipe with which the check still distinguishes.</summary>
    [Range(0.0, 1e6), Option(ValueName = "MARGIN", IsRare = true, OnlyWith = nameof(Patch))]
    public double Epsilon { get; init; } = 0.5;
}
