using System.Globalization;
using Tessar.Examples;

namespace Tessar.Runs.Retraining;

/// <summary>Masks of one size, drawn without replacement.</summary>
internal sealed class ExactSizeMasks : ExampleMasks
{
    public const string Name = "exact";
    private readonly double _fraction;
    private readonly ulong _seed;
    private readonly int _size;

    public ExactSizeMasks(int count, int examples, double fraction, ulong seed)
        : base(count, examples)
    {
        (_fraction, _seed) = (CheckShare(fraction, nameof(fraction)), seed);
        _size = (int)Math.Round(fraction * examples, MidpointRounding.AwayFromZero);
        if (_size == 0)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A share of {fraction} of {examples} training examples selects nothing. Choose a larger share."),
                nameof(fraction)).ForUser();
        }
    }

    public override string Rule => RuleOf(Name, _fraction);

    // The first `size` draws of a Fisher–Yates shuffle.
    private protected override void FillChecked(int mask, Span<byte> included)
    {
        var stream = new RandomStream(_seed, "mask", mask);
        int[] order = [.. Enumerable.Range(0, Examples)];
        included.Clear();
        for (int i = 0; i < _size; i++)
        {
            int j = i + stream.NextInt32(Examples - i);
            (order[i], order[j]) = (order[j], order[i]);
            included[order[i]] = 1;
        }
    }
}
