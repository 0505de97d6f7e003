using System.Globalization;
using Tessar.Examples;

namespace Tessar.Runs.Retraining;

/// <summary>Masks of one size, drawn without replacement.</summary>
internal sealed class ExactSizeMasks : ExampleMasks
{
    public const string Name = "exact";
    private readonly double fraction;
    private readonly ulong seed;
    private readonly int size;

    public ExactSizeMasks(int count, int examples, double fraction, ulong seed)
        : base(count, examples)
    {
        (this.fraction, this.seed) = (CheckShare(fraction, nameof(fraction)), seed);
        size = (int)Math.Round(fraction * examples, MidpointRounding.AwayFromZero);
        if (size == 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A share of {fraction} of {examples} training examples selects nothing. Choose a larger share."),
                nameof(fraction)).ForUser();
        }
    }

    public override string Rule => RuleOf(Name, fraction);

    // The first `size` draws of a Fisher–Yates shuffle.
    private protected override void FillChecked(int mask, Span<byte> included)
    {
        var stream = new RandomStream(seed, "mask", mask);
        int[] order = [.. Enumerable.Range(0, Examples)];
        included.Clear();
        for (int i = 0; i < size; i++)
        {
            int j = i + stream.NextInt32(Examples - i);
            (order[i], order[j]) = (order[j], order[i]);
            included[order[i]] = 1;
        }
    }
}
