using Tessar.Runs;

namespace Tessar.Training.Loading.Orders;

/// <summary>First to last, every epoch.</summary>
[Order("sequential")]
internal sealed class SequentialOrder(NamedSettings settings) : ExampleOrder(settings)
{
    public override EpochSequence Open(OrderedData data, ulong seed, int epoch) => new Sequence();

    private sealed class Sequence : EpochSequence
    {
        public override void Read(long position, Span<int> indices)
        {
            for (int i = 0; i < indices.Length; i++)
                indices[i] = (int)position + i;
        }
    }
}
