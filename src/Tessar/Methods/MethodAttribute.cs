using Tessar.Named;

namespace Tessar.Methods;

/// <summary>Marks a class as one way to answer a lens's question; the catalogue finds it by this mark.</summary>
/// <param name="name"><c>lens/method</c>, lower case, for example <c>data/trak</c>; unique.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MethodAttribute(string name) : Attribute, INamed
{
    /// <summary><c>lens/method</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Where the method comes from: an arXiv id such as <c>arXiv:2303.14186</c>, or <c>original</c>.</summary>
    public required string Paper { get; init; }

    /// <summary>What it costs, in words, with n train examples, m targets, p parameters and k the projection's width.</summary>
    public required string Cost { get; init; }

    /// <summary>What a run must have recorded for it. Default: its last checkpoint.</summary>
    public MethodNeeds Needs { get; init; } = MethodNeeds.LastCheckpoint;

    /// <summary>The kind of question it answers best, one clause, for the table of methods.</summary>
    public string BestFor { get; init; } = string.Empty;

    /// <summary>
    /// Whether an example's score depends on where the example lies, because something random is drawn for each one: then copies
    /// score differently, and so may the same examples in another order. Default: no.
    /// </summary>
    public bool HasIndividualDraws { get; init; }
}

/// <summary>What a method needs of a run.</summary>
public enum MethodNeeds
{
    /// <summary>Only the data.</summary>
    Nothing,

    /// <summary>The last checkpoint; several runs are averaged.</summary>
    LastCheckpoint,

    /// <summary>Checkpoints along the training, with their learning rates.</summary>
    Checkpoints,

    /// <summary>A training that can be executed again bit for bit.</summary>
    ReplayableTraining,

    /// <summary>A program that can be trained many more times.</summary>
    Retraining,
}
