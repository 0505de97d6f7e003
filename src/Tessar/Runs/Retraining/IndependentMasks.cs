using Tessar.Examples;

namespace Tessar.Runs.Retraining;

/// <summary>Masks that hold each example with one probability, independently.</summary>
internal sealed class IndependentMasks(int count, int examples, double probability, ulong seed) : ExampleMasks(count, examples)
{
    public const string Name = "independent";
    private readonly double _probability = CheckShare(probability, nameof(probability));

    public override string Rule => RuleOf(Name, _probability);

    private protected override void FillChecked(int mask, Span<byte> included)
    {
        var stream = new RandomStream(seed, "mask, independent", mask);
        for (int i = 0; i < included.Length; i++)
            included[i] = stream.NextDouble() < _probability ? (byte)1 : (byte)0;
    }
}
