using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tessar.Runs.Retraining;

/// <summary>Masks that somebody chose one by one; their rule names them by a hash.</summary>
internal sealed class ListedMasks : ExampleMasks
{
    private readonly int[][] _masks;

    public ListedMasks(int examples, IReadOnlyList<IReadOnlyList<int>> included)
        : base(included.Count, examples)
    {
        _masks = [.. included.Select((mask, m) => Check(m, mask, examples))];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(examples));
        foreach (int[] mask in _masks)
        {
            hash.AppendData(BitConverter.GetBytes(mask.Length));
            hash.AppendData(MemoryMarshal.AsBytes(mask.AsSpan()));
        }

        Rule = "listed:" + Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    public override string Rule { get; }

    private protected override void FillChecked(int mask, Span<byte> included)
    {
        included.Clear();
        foreach (int index in _masks[mask])
            included[index] = 1;
    }

    private static int[] Check(int mask, IReadOnlyList<int> indices, int examples)
    {
        int[] sorted = [.. indices.Order()];
        for (int i = 0; i < sorted.Length; i++)
        {
            if ((uint)sorted[i] >= (uint)examples)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Mask {mask} names example {sorted[i]}; there are 0 to {examples - 1}."),
                    nameof(indices));
            }

            if (i > 0 && sorted[i] == sorted[i - 1])
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Mask {mask} names example {sorted[i]} twice."),
                    nameof(indices));
        }

        return sorted;
    }
}
