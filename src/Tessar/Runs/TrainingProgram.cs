using System.Text.Json.Serialization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;

namespace Tessar.Runs;

/// <summary>Everything that turns data and a seed into weights.</summary>
/// <remarks>What an imported run can't know (its epochs, optimiser, …) is null.</remarks>
public sealed record TrainingProgram
{
    internal const string DecayAll = "all";
    internal const string DecayWeights = "weights";

    /// <summary>The architecture by name: <c>cnn</c>, or <c>/full/path/my.dll#My.Net</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Number of trainable parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>The data set and the parts of it that were trained and tested on.</summary>
    public required DataReference Data { get; init; }

    /// <summary>What the model takes, and how stored examples become that.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>What turns answers and targets into a loss, by name; null for <c>classification</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Task { get; init; }

    /// <summary>Passes over the training set.</summary>
    public int? Epochs { get; init; }

    /// <summary>Examples per update; the last batch of an epoch may be smaller.</summary>
    public int? BatchSize { get; init; }

    /// <summary>
    /// What becomes of an epoch's last batch when it is smaller: null or <c>keep</c>, <c>drop</c> or <c>merge</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastBatch { get; init; }

    /// <summary>How the model wants its inputs; null for what most models take, or when nobody looked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelFeed? Feed { get; init; }

    /// <summary>Updates of one epoch.</summary>
    /// <param name="examples">Examples of the epoch.</param>
    internal long StepsPerEpoch(long examples) => EpochCut.Steps(examples, BatchSize!.Value, LastBatch);

    /// <summary>Decides initial weights, the order of examples and every other draw.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The order in which an epoch visits the examples, with its numbers; null for <c>random</c>.</summary>
    public NamedSettings? Order { get; init; }

    /// <summary>What is done to the training pictures, in order; null or empty for nothing.</summary>
    public IReadOnlyList<NamedSettings>? Augment { get; init; }

    /// <summary>The optimiser with its numbers: <c>learningRate</c>, <c>weightDecay</c>, …</summary>
    public NamedSettings? Optimizer { get; init; }

    /// <summary>How the learning rate changes, with its numbers: <c>warmupSteps</c>.</summary>
    public NamedSettings? Schedule { get; init; }

    /// <summary>
    /// Longest gradient that is taken as it is, in the Euclidean norm over all parameters; null for any length.
    /// </summary>
    public double? ClipNorm { get; init; }

    /// <summary>Share of each label that is spread evenly over all classes; null for none.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary>
    /// What weight decay acts on: null or <c>all</c> parameters, or <c>weights</c>, which leaves out biases and norms.
    /// </summary>
    public string? WeightDecayOn { get; init; }

    /// <summary>
    /// An average of the weights that is measured and kept instead of the trained ones, with its numbers; null for none.
    /// </summary>
    public NamedSettings? WeightAverage { get; init; }

    /// <summary>Updates between two checkpoints; null for one at the end of each epoch.</summary>
    public int? CheckpointEverySteps { get; init; }

    /// <summary>Edited labels, or null when the store's own were used.</summary>
    public LabelsReference? Labels { get; init; }

    /// <summary>Which examples of the training range were trained on; null for all.</summary>
    public MaskReference? Mask { get; init; }
}

/// <summary>The data of a run.</summary>
/// <param name="Name">What <c>--data</c> was given: a name of the catalogue, or a file.</param>
/// <param name="Path">Full path of the <c>.tess</c> file, or null when the name is one of the catalogue.</param>
/// <param name="Identity">SHA-256 of the store's manifest: the data must be these and no others.</param>
/// <param name="Train">The examples trained on, such as <c>train:0-9999</c> (both ends included).</param>
/// <param name="Test">The examples tested on, such as <c>test:0-1999</c>.</param>
public sealed record DataReference(string Name, string? Path, string Identity, string Train, string Test)
{
    /// <summary>Describes two sets of one store.</summary>
    internal static DataReference Of(string nameOrPath, ExampleSet train, ExampleSet test) => new(
        nameOrPath,
        DataCatalog.Names.Contains(nameOrPath, StringComparer.Ordinal) ? null : System.IO.Path.GetFullPath(nameOrPath),
        train.Store.Identity,
        train.ToString(),
        test.ToString());
}

/// <summary>Labels that were edited for a run: a file beside <c>run.json</c>, and a summary of it.</summary>
/// <param name="File">The file, relative to the run's folder.</param>
/// <param name="Split">The split whose labels were edited.</param>
/// <param name="Fraction">Share of the split's labels that were edited, in [0, 1].</param>
/// <param name="Seed">Decides which, and what they became.</param>
/// <param name="Edits">Number of edited labels.</param>
public sealed record LabelsReference(string File, string Split, double Fraction, ulong Seed, int Edits);

/// <summary>Which examples of its training range a run was trained on: one row of 0 and 1, kept beside <c>run.json</c>.</summary>
/// <param name="File">The file, relative to the run's folder; <c>masks</c> in it is U8 [1, examples of the range].</param>
/// <param name="Examples">How many examples it selects.</param>
/// <param name="Sha256">Of the row's bytes, in lower-case hexadecimal: the mask must be this and no other.</param>
public sealed record MaskReference(string File, int Examples, string Sha256);
