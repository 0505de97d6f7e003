using System.Globalization;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Runs.Retraining;

/// <summary>Which training examples each of many trainings sees: a table [masks, examples] of yes and no.</summary>
/// <remarks>
/// Drawn masks aren't stored: mask i follows from (seed, i) alone, whatever their number, so a set can be made longer later and
/// any worker makes the mask it needs. Memory: one row at a time; masks from a file are read from the mapped file.
/// </remarks>
public abstract class ExampleMasks
{
    private protected ExampleMasks(int count, int examples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        (Count, Examples) = (count, examples);
    }

    /// <summary>Number of masks.</summary>
    public int Count { get; }

    /// <summary>Training examples that each mask chooses from.</summary>
    public int Examples { get; }

    /// <summary>How they were made, as <see cref="Parse"/> reads it: <c>exact:0.5</c>.</summary>
    public abstract string Rule { get; }

    /// <summary>Every mask holds exactly round(fraction · examples) examples, each such subset equally likely.</summary>
    /// <param name="count">Number of masks, at least 1.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="fraction">Share of the examples, in (0, 1].</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="ArgumentException">The fraction selects nothing, or isn't in (0, 1].</exception>
    public static ExampleMasks ExactSize(int count, int examples, double fraction, ulong seed) =>
        new ExactSizeMasks(count, examples, fraction, seed);

    /// <summary>Every example is in every mask with the same probability, independently.</summary>
    /// <param name="count">Number of masks, at least 1.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="probability">In (0, 1].</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="ArgumentException">The probability isn't in (0, 1].</exception>
    /// <remarks>A mask may come out empty when examples · probability is small; training on it is an error.</remarks>
    public static ExampleMasks Independent(int count, int examples, double probability, ulong seed) =>
        new IndependentMasks(count, examples, probability, seed);

    /// <summary>Masks given one by one.</summary>
    /// <param name="examples">Training examples.</param>
    /// <param name="included">
    /// The examples of each mask, at least one mask; indices in [0, examples), each at most once in a mask.
    /// </param>
    /// <exception cref="ArgumentException">An index is outside, or twice in a mask.</exception>
    public static ExampleMasks Listed(int examples, IReadOnlyList<IReadOnlyList<int>> included) =>
        new ListedMasks(examples, included);

    /// <summary>Masks made elsewhere: the tensor <c>masks</c>, U8 or BOOL [masks, examples], of a safetensors file.</summary>
    /// <param name="path">The file; has to stay there while the masks are used.</param>
    /// <param name="examples">Training examples that the masks have to be for.</param>
    /// <exception cref="FileFormatException">The file has no such tensor, or one for another number of examples.</exception>
    /// <exception cref="TessarException">The file can't be read.</exception>
    public static ExampleMasks Load(string path, int examples) => FileMasks.Open(path, examples);

    /// <summary>Reads a rule as the command line writes it.</summary>
    /// <param name="rule">
    /// <c>half</c> or <c>exact:0.5</c> (that share of the examples exactly), <c>independent:0.5</c>, <c>all</c> (every example:
    /// trainings differ by their seed only), or the path of a safetensors file with <c>masks</c>.
    /// </param>
    /// <param name="count">Number of masks; a file has its own, and must hold as many, or any number when this is 0.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="seed">Decides drawn masks.</param>
    /// <exception cref="ArgumentException">The rule isn't known, or its number isn't in (0, 1].</exception>
    /// <exception cref="TessarException">The file can't be used.</exception>
    public static ExampleMasks Parse(string rule, int count, int examples, ulong seed)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rule);
        return rule.Split(':', 2) switch
        {
            ["half"] => ExactSize(count, examples, 0.5, seed),
            ["all"] => ExactSize(count, examples, 1, seed),
            [ExactSizeMasks.Name, var share] => ExactSize(count, examples, Number(rule, share), seed),
            [IndependentMasks.Name, var share] => Independent(count, examples, Number(rule, share), seed),
            _ when File.Exists(rule) => FileMasks.Open(rule, examples).CheckCount(count),
            _ => throw new ArgumentException(
                $"`{rule}` is no rule for masks, and no file. Write `half`, `all`, `exact:0.3`, `independent:0.3`, or the "
                    + $"path of a "
                + "safetensors file with a tensor `masks` [masks, examples].",
                nameof(rule)).ForUser(),
        };
    }

    /// <summary>Writes one mask.</summary>
    /// <param name="mask">Which, in [0, <see cref="Count"/>).</param>
    /// <param name="included">[examples]; 1 where the mask has the example, 0 elsewhere. Overwritten.</param>
    /// <exception cref="ArgumentException">There is no such mask, or the span has another length.</exception>
    public void Fill(int mask, Span<byte> included)
    {
        if ((uint)mask >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(mask), mask, $"There are masks 0 to {Count - 1}.");
        if (included.Length != Examples)
            throw new ArgumentException(
                $"The span has {included.Length} bytes; the masks are for {Examples} examples.", nameof(included));
        FillChecked(mask, included);
    }

    /// <summary>The examples of one mask in ascending order.</summary>
    /// <param name="mask">Which, in [0, <see cref="Count"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mask.</exception>
    /// <exception cref="TessarException">The mask selects nothing.</exception>
    public int[] Indices(int mask)
    {
        byte[] included = new byte[Examples];
        Fill(mask, included);
        int[] indices = [.. Enumerable.Range(0, Examples).Where(i => included[i] != 0)];
        return indices.Length > 0 ? indices : throw new TessarException(
            $"Mask {mask} of {Rule} selects none of the {Examples} training examples. Choose a larger share, or another mask.",
            ErrorKind.InputData);
    }

    private protected abstract void FillChecked(int mask, Span<byte> included);

    private protected static string RuleOf(string name, double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}:{share}");

    private protected static double CheckShare(double share, string name) => share is > 0 and <= 1
        ? share
        : throw new ArgumentOutOfRangeException(
            name, share, $"The share of examples is {share.ToString(CultureInfo.InvariantCulture)}; it has to lie in (0, 1].")
                .ForUser();

    private static double Number(string rule, string text) =>
        NumberText.TryDouble(text, out double number)
            ? number
            : throw new ArgumentException(
                $"`{text}` in the masks `{rule}` isn't a number; a share in (0, 1] is required, such as 0.5.", nameof(rule))
                    .ForUser();
}
