using Tessar.Named;

namespace Tessar.Training.Optimizers;

/// <summary>Names and describes an optimiser: what the command line, the documentation and the trainer know of it.</summary>
/// <param name="name">The name that <c>--optimizer</c> takes.</param>
/// <param name="summary">What it is, in a clause.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class OptimizerAttribute(string name, string summary) : Attribute, INamed
{
    public string Name { get; } = name;

    public string Summary { get; } = summary;

    /// <summary>Numbers it remembers for each parameter.</summary>
    public int Memory { get; init; }

    /// <summary>Forward passes an update.</summary>
    public int Forward { get; init; } = 1;

    /// <summary>Backward passes an update; 0 for one that needs no gradient.</summary>
    public int Backward { get; init; } = 1;

    /// <summary>Where it comes from: <c>arXiv:2405.15682</c>, or authors, title and year.</summary>
    public required string Source { get; init; }

    /// <summary>An optimiser whose numbers it takes besides its own.</summary>
    public Type? Base { get; init; }

    /// <summary>Whether the weights that are measured and kept are an average of those it trains.</summary>
    public bool Averages { get; init; }

    /// <summary>The schedule it wants when none is given.</summary>
    public string Schedule { get; init; } = "cosine";

    /// <summary>
    /// Its learning rate in multiples of that measured for a model with AdamW, where there is one; 0 to use its own default for
    /// every model.
    /// </summary>
    public double FittedRate { get; init; }

    Type? INamed.Includes => Base;
}
