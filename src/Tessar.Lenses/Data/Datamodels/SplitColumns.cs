using Tessar.Examples;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>
/// The design of all models, and of the two parts a fit is chosen with: nine in ten to fit, one in ten held out.
/// </summary>
internal sealed class SplitColumns
{
    /// <summary>Models below which nothing is fitted.</summary>
    public const int Least = 20;

    private const double HeldOutShare = 0.1;
    private const int LeastHeldOut = 3;

    private readonly int[] _fittedRows;
    private readonly int[] _heldOutRows;

    /// <summary>Reads masks and splits them.</summary>
    /// <param name="masks">Which examples each model saw.</param>
    /// <param name="answered">
    /// The masks with a trained model; row r of the design is mask answered[r]. At least <see cref="Least"/>.
    /// </param>
    /// <param name="seed">Decides the split.</param>
    public SplitColumns(ExampleMasks masks, IReadOnlyList<int> answered, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, answered.Count)];
        new RandomStream(seed, "datamodels held out").Shuffle<int>(order);
        int heldOut = Math.Max(LeastHeldOut, (int)Math.Round(HeldOutShare * order.Length, MidpointRounding.AwayFromZero));
        _heldOutRows = [.. order[..heldOut].Order()];
        _fittedRows = [.. order[heldOut..].Order()];
        All = Read(masks, answered);
        Fitted = Read(masks, [.. _fittedRows.Select(r => answered[r])]);
        HeldOut = Read(masks, [.. _heldOutRows.Select(r => answered[r])]);
    }

    /// <summary>All models.</summary>
    public MaskColumns All { get; }

    /// <summary>The models to fit.</summary>
    public MaskColumns Fitted { get; }

    /// <summary>The others.</summary>
    public MaskColumns HeldOut { get; }

    /// <summary>The outputs of the models to fit.</summary>
    public double[] TakeFitted(ReadOnlySpan<double> y) => Take(y, _fittedRows);

    /// <summary>The outputs of the others.</summary>
    public double[] TakeHeldOut(ReadOnlySpan<double> y) => Take(y, _heldOutRows);

    /// <summary>The columns of some masks.</summary>
    public static MaskColumns Read(ExampleMasks masks, IReadOnlyList<int> rows)
    {
        int words = (rows.Count + 63) / 64;
        ulong[] bits = new ulong[checked(words * masks.Examples)];
        byte[] included = new byte[masks.Examples];
        for (int r = 0; r < rows.Count; r++)
        {
            masks.Fill(rows[r], included);
            for (int i = 0; i < included.Length; i++)
                bits[i * words + r / 64] |= (ulong)included[i] << (r % 64);
        }

        return new MaskColumns(rows.Count, masks.Examples, bits);
    }

    private static double[] Take(ReadOnlySpan<double> y, int[] rows)
    {
        double[] taken = new double[rows.Length];
        for (int r = 0; r < rows.Length; r++)
            taken[r] = y[rows[r]];
        return taken;
    }
}
