using Tessar.Runs;

namespace Tessar.Training.Loading.Orders;

/// <summary>A uniformly random order for each epoch.</summary>
/// <remarks>
/// Up to 2^27 examples a shuffle of all indices, 4 bytes each; beyond, a keyed permutation that keeps nothing and computes each
/// place by itself.
/// </remarks>
[Order("random")]
internal sealed class RandomOrder(NamedSettings settings) : ExampleOrder(settings)
{
    private const int MostShuffled = 1 << 27;

    public override EpochSequence Open(OrderedData data, ulong seed, int epoch) =>
        data.Count <= MostShuffled ? new Shuffled(data.Count, seed, epoch) : new Computed(data.Count, seed, epoch);

    private sealed class Shuffled : EpochSequence
    {
        private readonly int[] _order;

        public Shuffled(int count, ulong seed, int epoch)
        {
            _order = GC.AllocateUninitializedArray<int>(count);
            EpochOrder.Fill(_order, seed, epoch);
        }

        public override void Read(long position, Span<int> indices) =>
            _order.AsSpan((int)position, indices.Length).CopyTo(indices);
    }

    private sealed class Computed(int count, ulong seed, int epoch) : EpochSequence
    {
        private readonly KeyedPermutation _permutation = new((ulong)count, seed, epoch);

        public override void Read(long position, Span<int> indices)
        {
            for (int i = 0; i < indices.Length; i++)
                indices[i] = (int)_permutation.At((ulong)(position + i));
        }
    }
}
