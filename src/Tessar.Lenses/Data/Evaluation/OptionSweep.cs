using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Some values of one option of a method, to be tried.</summary>
internal sealed class OptionSweep
{
    private readonly string[] _values;

    private OptionSweep(string option, string[] values) => (Option, _values) = (option, values);

    /// <summary>Name of the option.</summary>
    public string Option { get; }

    /// <summary>Reads <c>damping=0.1,0.3,1</c>; refuses unknown options and values before anything is trained.</summary>
    /// <exception cref="TessarException">It isn't of that form, or the method doesn't take a value.</exception>
    public static OptionSweep Read(Inquiry inquiry, string text)
    {
        string[] sides = text.Split('=', 2);
        string[] values = sides.Length == 2
            ? sides[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [];
        if (values.Length < 2)
            throw new TessarException(
                $"sweep is `{text}`; required is an option and at least two values, for example damping=0.1,0.3,1.",
                ErrorKind.Usage);
        foreach (string value in values)
            inquiry.CreateMethodWith<IAttributionMethod>(sides[0], value);
        return new OptionSweep(sides[0], values);
    }

    /// <summary>Tuning and reporting never share a target.</summary>
    /// <param name="count">Targets.</param>
    /// <param name="share">Those to tune on; 0 for none.</param>
    /// <param name="seed">Decides which.</param>
    public static (int[] Tuning, int[] Reported) Split(int count, double share, ulong seed)
    {
        if (share == 0)
            return ([], [.. Enumerable.Range(0, count)]);
        int tuning = (int)Math.Round(share * count, MidpointRounding.AwayFromZero);
        if (tuning < 1 || tuning >= count)
            throw new TessarException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A tuning share of {share} of {count} targets leaves none on one side. Use more targets."), ErrorKind.Usage);
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, "tuning targets").Shuffle<int>(order);
        return ([.. order[..tuning].Order()], [.. order[tuning..].Order()]);
    }

    /// <summary>Scores for each value: many dampings at once where a method shares what doesn't depend on them.</summary>
    public IEnumerable<(string? Value, AttributionMatrix Scores)> Scores(Inquiry inquiry, ExampleSet train, ExampleSet targets)
    {
        if (Option == "damping" && inquiry.CreateMethod<IAttributionMethod>() is IDampingSweep sweeping)
        {
            MethodOption option = inquiry.Method.Options.Single(one => one.Name == Option);
            double?[] dampings = [.. _values.Select(value => option.TryRead(value, out object? read, out _) ? (double?)read : null)];
            return _values.Zip(
                sweeping.ScoreMany(inquiry.View, train, targets, dampings, inquiry.Context),
                (value, scores) => ((string?)value, scores));
        }

        return _values.Select((value, v) => ((string?)value, inquiry.CreateMethodWith<IAttributionMethod>(Option, value).Score(
            inquiry.View, train, targets, RepeatedProgress.Of(inquiry.Context, v, _values.Length))));
    }

    /// <summary>A method's options with one of the values.</summary>
    public IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> options, string value) =>
        new SortedDictionary<string, string>(options.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            [Option] = value
        };
}
