using System.ComponentModel.DataAnnotations;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>Settings of <see cref="TransferInfluences"/>.</summary>
internal sealed record TransferOptions
{
    /// <summary>The target task: a .tess file or a name, with pictures of the source's size.</summary>
    [Required, Option(ValueName = "DATA")]
    public string? Target { get; init; }

    /// <summary>What the target task is learned from.</summary>
    [Option(ValueName = "SPLIT:FROM-TO")]
    public string TargetTrain { get; init; } = "train:0-499";

    /// <summary>The targets.</summary>
    [Option(ValueName = "SPLIT:FROM-TO")]
    public string TargetTest { get; init; } = "test:0-499";

    /// <summary>Source models, each on a random set of classes.</summary>
    [Range(3, 1_000_000)]
    public int Models { get; init; } = 100;

    /// <summary>Share of the classes in each set.</summary>
    [Range(0.01, 0.99), Option(ValueName = "SHARE", IsRare = true)]
    public double Share { get; init; } = 0.5;

    /// <summary>What is looked at: margin or probability of the target's label.</summary>
    [Option(ValueName = "WHAT")]
    public TransferOutput Output { get; init; } = TransferOutput.Margin;

    /// <summary>Weight penalty of the linear model on the hidden features.</summary>
    [Range(1e-9, 1e6), Option(ValueName = "LAMBDA", IsRare = true)]
    public double Penalty { get; init; } = 1e-3;

    /// <summary>Most classes to remove in the check; 0 leaves it out.</summary>
    [Range(0, 1000), Option(ValueName = "K")]
    public int Removed { get; init; } = 3;

    /// <summary>Models for each point of the check.</summary>
    [Range(1, 1000)]
    [Option(ValueName = "R", OnlyWith = nameof(Removed), Because = "without a check: {0} is 0")]
    public int Seeds { get; init; } = 5;
}
