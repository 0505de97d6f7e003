using Tessar.Inputs;
using Tessar.Runs;

namespace Tessar.Training.Loading;

/// <summary>How an <see cref="ExampleLoader"/> makes batches. Every setting has a default that works.</summary>
public sealed record LoaderOptions
{
    /// <summary>Examples per batch (of one rank), in [1, 1,000,000]; 64 by default.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Decides the order of examples and every augmentation; 1 by default.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// What examples become; by default <see cref="ModelInput.Of"/> of the store: pictures of the one size that all have, so that
    /// the training split has mean 0 and variance 1 per channel. Pictures are brought to the size of a
    /// <see cref="ImageInput"/> before they are augmented.
    /// </summary>
    public ModelInput? Input { get; init; }

    /// <summary>The order of an epoch: <c>random</c> (default), <c>quasi-random</c> or <c>sequential</c>.</summary>
    public string Order { get; init; } = "random";

    /// <summary>Numbers of the order by name, such as <c>pages</c> of <c>quasi-random</c>.</summary>
    public IReadOnlyDictionary<string, double> OrderSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// Augmentations in the order in which they are applied, such as <c>flip</c>, <c>translate</c>; none by default.
    /// </summary>
    public IReadOnlyList<string> Augment { get; init; } = [];

    /// <summary>Numbers of the augmentations, such as <c>flip.probability</c>.</summary>
    public IReadOnlyDictionary<string, double> AugmentSettings { get; init; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// α of mixup, in [0, 1000]; 0, the default, for none. Each example is blended with the one before it in the batch, with a
    /// weight drawn from Beta(α, α) once per batch; see <see cref="LoadedBatch.MixWeight"/>.
    /// </summary>
    public double Mixup { get; init; }

    /// <summary>Leaves out the last batch of an epoch when it isn't full; false by default.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// Threads that make batches ahead of time; by default one less than there are processors, but at least 1. With 0 the
    /// caller's thread makes each batch when it is asked for. The batches are the same for any number.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>
    /// Batches to make ahead of the one being used, in [0, 1024]; 3 by default. Memory: <c>Ahead</c> + 2 batches.
    /// </summary>
    public int Ahead { get; init; } = 3;

    /// <summary>Who decides which part of the file is in memory; the operating system by default.</summary>
    public CacheMode Cache { get; init; }

    /// <summary>
    /// Lays pictures out channel by channel instead of pixel by pixel; the shape is the same, memory order isn't. False by
    /// default.
    /// </summary>
    public bool ChannelsFirst { get; init; }

    /// <summary>This process's number among those that share an epoch, in [0, <see cref="Ranks"/>); 0 by default.</summary>
    public int Rank { get; init; }

    /// <summary>Processes that share an epoch, in [1, 65,536]; 1 by default.</summary>
    public int Ranks { get; init; } = 1;
}
