using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessar.Examples;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens.Damping;

/// <summary>The linear datamodeling scores of one kernel of a program's models at every damping, and at those of the rules.</summary>
internal sealed class DampingCell(StudyModels models, string kind)
{
    private const int Resamples = 400;
    private static readonly int[] _ensembles = [1, 5, 10];

    private static readonly (string Name, Func<KernelFacts, int, double> Choose)[] _rules =
    [
        ("always 0.3", (_, _) => 0.3),
        ("always 1", (_, _) => 1),
        ("cross-validation", (facts, _) => facts.CrossValidation()),
        ("evidence", (facts, _) => facts.Evidence()),
        ("effective dimension n/8", (facts, _) => facts.EffectiveDimension(0.125)),
        ("training time", (facts, _) => facts.TrainingTime()),
        ("auto", Auto),
    ];

    /// <summary>Relative dampings that are tried.</summary>
    public static IReadOnlyList<double> Grid { get; } = [.. Enumerable.Range(0, 21).Select(i => Math.Pow(10, -2 + (i / 5.0)))];

    /// <summary>One answer for each size of ensemble.</summary>
    public IEnumerable<JsonObject> Measure()
    {
        Ensemble[] ensembles =
            [.. _ensembles.SelectMany(size =>
                Enumerable.Range(0, models.Count / size).Select(g => new Ensemble(size, g * size, Grid.Count + _rules.Length)))];
        List<double[]> chosen = [];
        float[][] factors = [.. Enumerable.Range(0, models.Count).Select(models.Factors)];
        using DisposeScope scope = NewDisposeScope();
        Tensor masks = Masks();
        foreach (Ensemble ensemble in ensembles)
            ensemble.Sums = [.. ensemble.Sums.Select(_ => zeros(models.Subsets, models.Targets.Count))];
        for (int c = 0; c < models.Count; c++)
        {
            using DisposeScope inner = NewDisposeScope();
            (Tensor values, Tensor vectors, Tensor targets) = models.Kernel(c, kind);
            KernelFacts facts = Facts(c, values, vectors, factors[c]);
            foreach (Ensemble ensemble in ensembles.Where(one => c >= one.First && c < one.First + one.Size))
            {
                Tensor q = stack([.. factors.Skip(ensemble.First).Take(ensemble.Size).Select(f => tensor(f))]).mean([0]);
                Tensor left = (masks * q).mm(vectors);
                double[] own = [.. _rules.Select(rule => rule.Choose(facts, ensemble.Size))];
                ensemble.Chosen.Add(own);
                double[] dampings = [.. Grid, .. own];
                for (int d = 0; d < dampings.Length; d++)
                {
                    using DisposeScope one = NewDisposeScope();
                    Tensor divided = left / (values.clamp(min: 0) + dampings[d] * facts.MeanSquaredNorm);
                    ensemble.Sums[d].add_(divided.mm(targets), 1.0 / ensemble.Size);
                }
            }
        }

        RankedColumn[] truth = [.. Enumerable.Range(0, models.Targets.Count).Select(q => new RankedColumn(Truth(q)))];
        List<JsonObject> answers = [];
        foreach (IGrouping<int, Ensemble> same in ensembles.GroupBy(one => one.Size))
            answers.Add(Answer(same.Key, [.. same], truth));
        return answers;
    }

    // The product's own rule, by what a run of that many models would know.
    private static double Auto(KernelFacts facts, int size)
    {
        bool isSketch = facts.Kind.StartsWith("sketch", StringComparison.Ordinal);
        int width = isSketch ? int.Parse(facts.Kind["sketch".Length..], CultureInfo.InvariantCulture) : facts.Examples;
        return new DampingRule(isSketch ? TrakProjection.Sketch : TrakProjection.None, width, size)
            .Of(facts.Time, facts.Curvature, facts.Examples, facts.MeanSquaredNorm);
    }

    private JsonObject Answer(int size, Ensemble[] same, RankedColumn[] truth)
    {
        RankedColumn[][][] predicted = [.. same.Select(one => one.Sums.Select(Columns).ToArray())];
        int[] once = [.. Enumerable.Repeat(1, models.Subsets)];
        int[] all = [.. Enumerable.Range(0, truth.Length)];
        double Score(int d, int[] weights, int[] targets)
        {
            double[] ranksX = new double[weights.Length], ranksY = new double[weights.Length];
            return predicted.Average(one => targets.Average(q =>
                RankedColumn.Correlation(truth[q], one[d][q], weights, ranksX, ranksY)));
        }

        double[] scores = [.. Enumerable.Range(0, Grid.Count + _rules.Length).Select(d => Score(d, once, all))];
        int best = Enumerable.Range(0, Grid.Count).MaxBy(d => scores[d]);
        int auto = Grid.Count + _rules.Length - 1;
        double[] differences = new double[Resamples], bests = new double[Resamples];
        for (int draw = 0; draw < Resamples; draw++)
        {
            var stream = new RandomStream(1, "damping bootstrap", draw);
            int[] weights = new int[models.Subsets];
            for (int j = 0; j < models.Subsets; j++)
                weights[stream.NextInt32(models.Subsets)]++;
            int[] targets = [.. all.Select(_ => stream.NextInt32(all.Length))];
            bests[draw] = Score(best, weights, targets);
            differences[draw] = Score(auto, weights, targets) - bests[draw];
        }

        return new JsonObject
        {
            ["run"] = models.Name,
            ["kernel"] = kind,
            ["models"] = size,
            ["lds"] = Numbers(scores.Take(Grid.Count)),
            ["best"] = Math.Round(Grid[best], 4),
            ["bestLds"] = Math.Round(scores[best], 4),
            ["standardError"] = Math.Round(Math.Sqrt(bests.Select(x => Math.Pow(x - bests.Average(), 2)).Average()), 4),
            ["autoLessBest"] = Math.Round(scores[auto] - scores[best], 4),
            ["interval"] = Interval(differences),
            ["rules"] = new JsonObject(_rules.Select((rule, r) => KeyValuePair.Create(rule.Name, (JsonNode?)new JsonObject
            {
                ["damping"] = Math.Round(same.Average(one => one.Chosen.Average(own => own[r])), 4),
                ["lds"] = Math.Round(scores[Grid.Count + r], 4),
            }))),
        };
    }

    private static JsonArray Numbers(IEnumerable<double> numbers) =>
        new([.. numbers.Select(number => JsonValue.Create(Math.Round(number, 4)))]);

    private static JsonArray Interval(double[] draws)
    {
        (double low, double high) = Quantiles.Central95(draws);
        return Numbers([low, high]);
    }

    private KernelFacts Facts(int model, Tensor values, Tensor vectors, float[] factors)
    {
        double[] eigenvalues = [.. values.data<float>().Select(value => Math.Max(0, (double)value))];
        float[] along = vectors.t().mv(tensor(factors)).data<float>().ToArray();
        double smallest = 1e-7 * eigenvalues.Max();
        // U = ΦV of features has columns of length √Λ.
        double[] squares = [.. along.Select((one, i) =>
            kind == "exact" ? (double)one * one : eigenvalues[i] > smallest ? (double)one * one / eigenvalues[i] : 0)];
        return new KernelFacts(
            kind, factors.Length, eigenvalues, squares, factors.Sum(q => (double)q * q),
            factors.Average(q => q * (1.0 - q)), models.Times[model]);
    }

    private Tensor Masks()
    {
        byte[] row = new byte[models.Train.Count];
        Tensor masks = zeros(models.Subsets, models.Train.Count);
        for (int j = 0; j < models.Subsets; j++)
        {
            models.Truth.Masks.Fill(j, row);
            masks[j].copy_(tensor(row));
        }

        return masks;
    }

    private double[] Truth(int target)
    {
        int[] seeds = [.. Enumerable.Range(0, models.Truth.Seeds)];
        return [.. Enumerable.Range(0, models.Subsets).Select(j => models.Truth.Mean(j, target, seeds))];
    }

    private static RankedColumn[] Columns(Tensor sums)
    {
        float[] numbers = sums.t().contiguous().data<float>().ToArray();
        int subsets = (int)sums.shape[0];
        return [.. numbers.Chunk(subsets).Select(column => new RankedColumn([.. column.Select(x => (double)x)]))];
    }

    /// <summary>Some models whose scores are averaged, and what they predict for the subsets at each damping.</summary>
    private sealed class Ensemble(int size, int first, int dampings)
    {
        public int Size => size;

        public int First => first;

        public Tensor[] Sums { get; set; } = new Tensor[dampings];

        public List<double[]> Chosen { get; } = [];
    }
}
