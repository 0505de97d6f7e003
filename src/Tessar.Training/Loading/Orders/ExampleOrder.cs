using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Loading.Orders;

/// <summary>Decides in which order an epoch visits the examples: each exactly once.</summary>
/// <remarks>
/// The order depends on seed, epoch and data, never on batch, rank or where an epoch is taken up again. A new order is one file:
/// derive, put <see cref="OrderAttribute"/> on it, take (settings) in the constructor.
/// </remarks>
internal abstract class ExampleOrder(NamedSettings settings)
{
    public const string Default = "random";

    public static Choices<ExampleOrder, OrderAttribute> Choices { get; } = new("order", typeof(ExampleOrder).Assembly);

    /// <summary>Its name and numbers.</summary>
    public NamedSettings Settings => settings;

    /// <summary>The order of one epoch.</summary>
    /// <param name="data">What is visited.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="epoch">From 0.</param>
    public abstract EpochSequence Open(OrderedData data, ulong seed, int epoch);

    /// <summary>Makes an order with its own numbers for those that aren't given.</summary>
    /// <param name="settings">The choice; null for the default.</param>
    public static ExampleOrder Of(NamedSettings? settings) => Choices.Create(settings ?? Choices.Resolve(Default, [], []));
}

/// <summary>The order of one epoch, read from front to back.</summary>
internal abstract class EpochSequence
{
    /// <summary>Reads some successive places of the order.</summary>
    /// <param name="position">The first place; never before the end of what was read last.</param>
    /// <param name="indices">Receives indices into the set, one per place.</param>
    public abstract void Read(long position, Span<int> indices);
}

/// <summary>What an order needs to know of the data.</summary>
/// <param name="Count">Examples.</param>
/// <param name="BatchSize">Examples of a batch of one rank.</param>
/// <param name="PageOf">The page of the file in which an example begins; never falls from one index to the next.</param>
internal sealed record OrderedData(int Count, int BatchSize, Func<int, long> PageOf);
