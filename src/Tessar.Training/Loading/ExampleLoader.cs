using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Training.Loading.Caching;
using Tessar.Training.Loading.Orders;
using Tessar.Training.Loading.Pipeline;

namespace Tessar.Training.Loading;

/// <summary>
/// Makes batches of tensors, as a model takes them, from an example store, ahead of time, the same ones whatever the threads do.
/// </summary>
/// <remarks>
/// Source bytes are read once and each number of a batch is written once, into memory that is used again and again; a batch
/// allocates nothing. Memory: (<see cref="LoaderOptions.Ahead"/> + 2) batches and 4 bytes per example for a random order.
/// For use by one thread at a time.
/// </remarks>
/// <example><code>
/// using ExampleStore store = DataCatalog.Open("fashion-mnist-mini");
/// var options = new LoaderOptions { BatchSize = 256, Augment = ["flip", "translate"] };
/// using var loader = new ExampleLoader(ExampleSet.Parse(store, "train"), options);
/// for (int epoch = 0; epoch &lt; 2; epoch++)
/// {
///     foreach (LoadedBatch batch in loader.Epoch(epoch))
///     {
///         using (batch)
///             Console.WriteLine($"{batch.Labels.shape[0]} examples, mean {batch.Inputs.mean().item&lt;float&gt;():0.000}");
///     }
/// }
/// </code></example>
public sealed class ExampleLoader : IDisposable
{
    private readonly BatchRing _ring;
    private LoaderEpoch? _current;
    private bool _isDisposed;

    /// <summary>Readies the memory and the workers.</summary>
    /// <param name="set">The examples; they, and their store, stay the caller's and must outlive the loader.</param>
    /// <param name="options">How to make batches; the defaults when null.</param>
    /// <exception cref="TessarException">The options can't be followed; every violation is named.</exception>
    public ExampleLoader(ExampleSet set, LoaderOptions? options = null)
        : this(LoaderPlan.Of(set ?? throw new ArgumentNullException(nameof(set)), options ?? new LoaderOptions()))
    {
    }

    internal ExampleLoader(LoaderPlan plan)
    {
        Plan = plan;
        if (plan.Cache == CacheMode.System)
            DenseRows.Of(plan.Set, plan.Source)?.Advise(isInOrder: plan.Order is SequentialOrder);
        _ring = new BatchRing(plan);
    }

    /// <summary>The orders there are.</summary>
    public static IReadOnlyCollection<string> OrderNames => ExampleOrder.Choices.Names;

    /// <summary>The augmentations there are.</summary>
    public static IReadOnlyCollection<string> AugmentationNames => Augmentations.Augmentation.Choices.Names;

    /// <summary>Examples of an epoch, over all ranks.</summary>
    public int Count => Plan.Set.Count;

    /// <summary>Batches of a whole epoch, for each rank.</summary>
    public long BatchesPerEpoch => Cut(0).Batches;

    /// <summary>What is delivered.</summary>
    public ModelInput Input => Plan.Input;

    /// <summary>Time for which batches were waited for so far; without workers, the time that making them took.</summary>
    public TimeSpan Waited => _ring.Waited;

    internal LoaderPlan Plan { get; }

    /// <summary>Begins an epoch, or goes on with one. An epoch that this loader was in is left.</summary>
    /// <param name="epoch">From 0; decides order and augmentations together with the seed.</param>
    /// <param name="position">
    /// The first place of the epoch's order to visit, in [0, <see cref="Count"/>]: 0 for a whole epoch, otherwise a
    /// <see cref="LoadedBatch.NextPosition"/>. It means the same for any batch size and any number of ranks.
    /// </param>
    /// <returns>The batches.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside of its range.</exception>
    /// <exception cref="ObjectDisposedException">The loader was disposed of.</exception>
    public LoaderEpoch Epoch(int epoch, long position = 0)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Count);
        _current?.Dispose();
        var data = new OrderedData(Count, Plan.BatchSize, Plan.PageOf);
        BatchCut cut = Cut(position);
        PageSchedule? pages = Plan.Cache == CacheMode.Process
            ? PagePlan.Of(Plan, Plan.Order.Open(data, Plan.Seed, epoch), cut)
            : null;
        _ring.Begin(Plan.Order.Open(data, Plan.Seed, epoch), cut, epoch, pages);
        return _current = new LoaderEpoch(_ring, epoch);
    }

    /// <summary>Stops the workers, within a chunk of 32 examples, and frees all batches, also those still held.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _current?.Dispose();
        _ring.Dispose();
    }

    private BatchCut Cut(long position) =>
        new(Count, position, Plan.BatchSize, Plan.Rank, Plan.Ranks, Plan.DropsLast, Plan.MergesLast);
}
