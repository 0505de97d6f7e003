using Tessar.Examples;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Lenses.Data;

/// <summary>Draws every score from a normal distribution: the baseline that knows nothing.</summary>
/// <remarks>
/// score[i, j] ~ N(0, 1), independent, a function of (seed, row of z_i, row of q_j) in the store. A method that isn't better than
/// this found nothing; an evaluation that likes this is broken.
/// </remarks>
[Method(
    "data/random", Paper = "original", Cost = "n·m draws; no model, no disk", Needs = MethodNeeds.Nothing,
    HasIndividualDraws = true,
    BestFor = "knowing what chance alone would score")]
public sealed class RandomScores(RandomScoresOptions options) : IAttributionMethod
{
    private readonly RandomScoresOptions _options = options.Checked();
    private const double TwoToMinus53 = 1.0 / (1UL << 53);

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        // No checkpoint is looked at, so there is nothing to go through and to average.
        ScoreInputs.Check(run, train, targets, context);
        var tally = new ScoreTally(context);
        tally.Scoring.Start();
        ulong key = Key(context);
        var scores = new float[checked(train.Count * targets.Count)];
        for (int i = 0; i < train.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            for (int j = 0; j < targets.Count; j++)
                scores[i * targets.Count + j] = Draw(key, train.Row(i), targets.Row(j));
            context.Progress?.Report(new MethodProgress("scores", i + 1, train.Count, "examples"));
        }

        tally.Scoring.Stop();
        return new AttributionMatrix(
            scores, train.Count, targets.Count, tally.Report("data/random", "none", "one standard deviation of chance"));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ScoreInputs.Check(run, train, context);
        ulong key = Key(context);
        return [.. Enumerable.Range(0, train.Count).Select(i => Draw(key, train.Row(i), train.Row(i)))];
    }

    // The method's own seed, or the caller's when it has none.
    private ulong Key(MethodContext context) => new RandomStream(_options.Seed ?? context.Seed, "random scores", 0L).NextUInt64();

    // Box and Muller: √(−2 ln u) cos 2πv with u in (0, 1], so that the logarithm is finite.
    private static float Draw(ulong key, long train, long target)
    {
        Span<uint> words = stackalloc uint[4];
        Philox.Block((ulong)train, (ulong)target, key, words);
        double u = (((((ulong)words[0] << 32) | words[1]) >> 11) + 1) * TwoToMinus53;
        double v = ((((ulong)words[2] << 32) | words[3]) >> 11) * TwoToMinus53;
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
    }
}

/// <summary>Settings of <see cref="RandomScores"/>.</summary>
public sealed record RandomScoresOptions
{
    /// <summary>Seed of the draws; that of the job when left open.</summary>
    public ulong? Seed { get; init; }
}
