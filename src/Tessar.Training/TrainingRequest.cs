using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Tasks;

namespace Tessar.Training;

/// <summary>What to train, on what, and how. Everything but the model and the data has a default that works.</summary>
/// <example><code>
/// var request = new TrainingRequest
/// {
///     Model = "mlp", Data = "fashion-mnist-mini", Train = "train:0-999", Epochs = 2, Optimizer = "sf-adamw", Name = "small",
/// };
/// Run run = Trainer.Train(request);
/// </code></example>
public sealed record TrainingRequest
{
    /// <summary>The architecture: a name of the zoo, or <c>path/my.dll#My.Net</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The data set: a name of the catalogue, or a <c>.tess</c> file.</summary>
    public required string Data { get; init; }

    /// <summary>
    /// What turns answers and targets into a loss, by name; <c>classification</c> by default. See
    /// <see cref="Trainer.TaskNames"/>.
    /// </summary>
    public string Task { get; init; } = TaskCatalog.Usual;

    /// <summary>The run's name; by default model and data with the first free number: <c>cnn-fashion-mnist-mini-1</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The folder of runs; <see cref="RunCatalog.DefaultDirectory"/> by default.</summary>
    public string? RunsDirectory { get; init; }

    /// <summary>The examples to train on, such as <c>train:0-1999</c>; the whole training split by default.</summary>
    public string Train { get; init; } = "train";

    /// <summary>Which of <see cref="Train"/> to train on: ascending indices into that range; null for all.</summary>
    public IReadOnlyList<int>? Mask { get; init; }

    /// <summary>The examples to test on after each epoch; the whole test split by default.</summary>
    public string Test { get; init; } = "test";

    /// <summary>Passes over the training examples, in [1, 1,000,000]; 5 by default.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Examples per update, in [1, 1,000,000]; 64 by default. The last batch of an epoch may be smaller.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// What becomes of the last batch when it is smaller: <c>keep</c> (default) as it is; <c>drop</c>, left out; <c>merge</c>,
    /// its examples join the batch before. An epoch of a single batch keeps it. Batch normalisation can't be trained on a batch
    /// of one.
    /// </summary>
    public string LastBatch { get; init; } = "keep";

    /// <summary>Decides initial weights, the order of examples and every other draw; 1 by default.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The order of an epoch; <c>random</c> by default. See <see cref="Loading.ExampleLoader.OrderNames"/>.</summary>
    public string Order { get; init; } = "random";

    /// <summary>Numbers of the order by name, such as <c>pages</c> of <c>quasi-random</c>.</summary>
    public IReadOnlyDictionary<string, double> OrderSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// What is done to the training pictures, in order, such as <c>flip</c>, <c>translate</c>; nothing by default. See
    /// <see cref="Loading.ExampleLoader.AugmentationNames"/>.
    /// </summary>
    public IReadOnlyList<string> Augment { get; init; } = [];

    /// <summary>Numbers of the augmentations, such as <c>flip.probability</c>.</summary>
    public IReadOnlyDictionary<string, double> AugmentSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The optimiser; <c>adamw</c> by default. See <see cref="Trainer.OptimizerNames"/>.</summary>
    public string Optimizer { get; init; } = "adamw";

    /// <summary>
    /// The schedule's highest learning rate; by default the optimiser's own, fitted to the model where it was measured.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>Other numbers of the optimiser by name, such as <c>weightDecay</c>; docs/optimizers.md lists them.</summary>
    public IReadOnlyDictionary<string, double> OptimizerSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// How the learning rate changes; by default what the optimiser wants: <c>constant</c> for those that average or need no
    /// gradient,
    /// <c>cosine</c> for the others. See <see cref="Trainer.ScheduleNames"/>.
    /// </summary>
    public string? Schedule { get; init; }

    /// <summary>Other numbers of the schedule by name, such as <c>final</c>; docs/optimizers.md lists them.</summary>
    public IReadOnlyDictionary<string, double> ScheduleSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// Updates over which the learning rate rises from zero; by default one in twenty of all, which an optimiser with a warm-up
    /// of its own does itself; none without gradients.
    /// </summary>
    public int? WarmupSteps { get; init; }

    /// <summary>
    /// Longest gradient that is taken as it is, in the Euclidean norm over all parameters, above 0; null for any length.
    /// </summary>
    public double? ClipNorm { get; init; }

    /// <summary>
    /// Share of each label that is spread evenly over all classes, in [0, 1); 0 by default. Losses are reported without it.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>What weight decay acts on: <c>all</c> parameters, or <c>weights</c>, which leaves out biases and norms.</summary>
    public string WeightDecayOn { get; init; } = "all";

    /// <summary>
    /// Decay of an exponential moving average of the weights, in [0, 1), which is then measured and kept instead of them; null
    /// for none.
    /// </summary>
    public double? Ema { get; init; }

    /// <summary>
    /// Updates between two checkpoints; by default one checkpoint at the end of each epoch. The last update always has one.
    /// </summary>
    public int? CheckpointEverySteps { get; init; }

    /// <summary>
    /// Share of the training split's labels to replace by wrong ones, in [0, 1]; 0 by default. The data stay untouched.
    /// </summary>
    public double LabelErrors { get; init; }

    /// <summary>Decides which labels are replaced, and by what; <see cref="Seed"/> by default.</summary>
    public ulong? LabelErrorSeed { get; init; }

    /// <summary>Edited labels to train on, instead of <see cref="LabelErrors"/>; made for the same data.</summary>
    public LabelOverlay? Labels { get; init; }

    /// <summary>
    /// What examples become; by default <see cref="ModelInput.Of"/> of the data: pictures so that the training split has mean 0
    /// and variance 1 per channel.
    /// </summary>
    public ModelInput? Input { get; init; }

    /// <summary>
    /// Threads of libtorch's kernels while training, in [1, 8 per processor, at least 64]; as many as it uses now by default.
    /// Part of what makes a run repeatable.
    /// </summary>
    public int? Threads { get; init; }
}
