using System.Globalization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using Tessar.Training.Loading.Augmentations;
using Tessar.Training.Loading.Orders;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>Options with every default filled in, and the data they are about.</summary>
internal sealed record LoaderPlan
{
    private const int Most = 1_000_000;

    public required ExampleSet Set { get; init; }

    public required int BatchSize { get; init; }

    public required ulong Seed { get; init; }

    public required ExampleOrder Order { get; init; }

    public required Augmentation[] Augmentations { get; init; }

    /// <summary>What examples are before augmentation.</summary>
    public required ModelInput Source { get; init; }

    /// <summary>What is delivered.</summary>
    public required ModelInput Input { get; init; }

    public required int Workers { get; init; }

    /// <summary>Batches that exist at once.</summary>
    public required int Slots { get; init; }

    /// <summary>α of mixup; 0 for none.</summary>
    public double Mixup { get; init; }

    public CacheMode Cache { get; init; }

    public bool DropsLast { get; init; }

    /// <summary>Whether a tail joins the batch before it; of a single rank.</summary>
    public bool MergesLast { get; init; }

    public bool ChannelsFirst { get; init; }

    public int Rank { get; init; }

    public int Ranks { get; init; } = 1;

    /// <summary>Examples of the largest batch.</summary>
    public int LargestBatch => Ranks > 1 ? BatchSize : MergesLast ? LastBatch : Math.Min(BatchSize, Set.Count);

    /// <summary>Examples of the last batch of a whole epoch.</summary>
    public int LastBatch => Ranks > 1 ? BatchSize : EpochCut.LastBatch(
        Set.Count, BatchSize, DropsLast ? EpochCut.Drop : MergesLast ? EpochCut.Merge : EpochCut.Keep);

    /// <summary>
    /// The page of the file in which an example begins; where examples differ in size, as if they didn't.
    /// </summary>
    public long PageOf(int index)
    {
        StoreColumn column = Source.ColumnOf(Set.Store);
        long bytes = column.Blob is { } blob ? Math.Max(1, blob.Length / Math.Max(1, Set.Store.Count)) : column.Stride;
        return (column.Offset + (Set.Row(index) * bytes)) / Set.Store.Manifest.Checksums.PageSize;
    }

    /// <summary>Checks options and fills in the defaults.</summary>
    /// <exception cref="TessarException">They can't be followed; every violation is named.</exception>
    public static LoaderPlan Of(ExampleSet set, LoaderOptions options)
    {
        List<string> violations = [];
        Range(options.BatchSize, 1, Most, nameof(options.BatchSize), violations);
        Range(options.Workers ?? 1, 0, 1024, nameof(options.Workers), violations);
        Range(options.Ahead, 0, 1024, nameof(options.Ahead), violations);
        Range(options.Ranks, 1, 65_536, nameof(options.Ranks), violations);
        Range(options.Rank, 0, Math.Max(0, options.Ranks - 1), nameof(options.Rank), violations);
        ModelInput source = options.Input ?? ModelInput.Of(set.Store);
        if (source.Objection is { } objection)
            violations.Add(objection);
        if (options.Cache == CacheMode.Process && DenseRows.Of(set, source) is null)
            violations.Add(
                $"Cache is Process, but {set.Store.Path} doesn't hold raw {source.Noun} of the size wanted in one file. "
                    + "Leave it at System.");
        if (options.Mixup > 0 && source.ElementType != Tensors.ElementType.F32)
            violations.Add(string.Create(
                CultureInfo.InvariantCulture, $"Mixup is {options.Mixup}; {source.Noun} can't be blended. Leave it at 0."));
        if (options.Mixup is not (>= 0 and <= 1000))
            violations.Add(string.Create(CultureInfo.InvariantCulture, $"Mixup is {options.Mixup}; it has to lie in [0, 1000]."));
        NamedSettings order = ExampleOrder.Choices.Resolve(
            options.Order, options.OrderSettings.Select(pair => new KeyValuePair<string, double?>(pair.Key, pair.Value)),
            violations);
        IReadOnlyList<NamedSettings> augment = AugmentationList.Resolve(options.Augment, options.AugmentSettings, violations);
        if (violations.Count > 0)
            throw new TessarException(string.Join(' ', violations), ErrorKind.Usage);
        Augmentation[] augmentations = AugmentationList.Create(augment);
        int workers = options.Workers ?? Math.Max(1, Environment.ProcessorCount - 1);
        return new LoaderPlan
        {
            Set = set,
            BatchSize = options.BatchSize,
            Seed = options.Seed,
            Order = ExampleOrder.Choices.Create(order),
            Augmentations = augmentations,
            Source = source,
            Input = AugmentationList.Output(augmentations, source),
            Workers = workers,
            Slots = SlotsFor(workers, options.Ahead),
            Mixup = options.Mixup,
            Cache = options.Cache,
            DropsLast = options.DropLast,
            ChannelsFirst = options.ChannelsFirst,
            Rank = options.Rank,
            Ranks = options.Ranks,
        };
    }

    /// <summary>The plan of a training program.</summary>
    public static LoaderPlan Of(ExampleSet set, TrainingProgram program, int workers)
    {
        Augmentation[] augmentations = AugmentationList.Create(program.Augment);
        return new LoaderPlan
        {
            Set = set,
            BatchSize = program.BatchSize!.Value,
            Seed = program.Seed!.Value,
            Order = ExampleOrder.Of(program.Order),
            Augmentations = augmentations,
            Source = program.Input,
            Input = AugmentationList.Output(augmentations, program.Input),
            Workers = workers,
            Slots = SlotsFor(workers, new LoaderOptions().Ahead),
            // A tail that is all there is stays.
            DropsLast = program.LastBatch == EpochCut.Drop && set.Count >= program.BatchSize.Value,
            MergesLast = program.LastBatch == EpochCut.Merge,
            ChannelsFirst = program.Feed is { ChannelsFirst: true },
        };
    }

    // Without workers there is nothing to make ahead: a second batch, for who compares two, is enough.
    private static int SlotsFor(int workers, int ahead) => workers == 0 ? 2 : ahead + 2;

    private static void Range(int value, int min, int max, string name, List<string> violations)
    {
        if (value < min || value > max)
            violations.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it has to lie in [{min}, {max}]."));
    }
}
