using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Datamodels;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Runs.Retraining;
using Tessar.Tasks;

namespace Tessar.Lenses.Data;

/// <summary>
/// Trains models on random subsets and learns, for each target, how its output follows from which examples a model saw.
/// </summary>
/// <remarks>
/// f(q; S) ≈ b + Σ_{i ∈ S} w_i, score[i, q] = w_i. Fitted by the lasso, its penalty chosen on a tenth of the models, or as the
/// difference of means with and without the example. Slow and honest: what it learns from are models that really were trained
/// without the example. Source: Ilyas et al., arXiv:2202.00622; difference in means: Feldman, Zhang, arXiv:2008.03703.
/// </remarks>
[Method(
    "data/datamodels", Paper = "arXiv:2202.00622",
    Cost = "M trainings; then per target about n·M/8 additions for each penalty; M·(n/8 + 4m) bytes of disk",
    Needs = MethodNeeds.Retraining, HasIndividualDraws = true,
    BestFor = "the truth that other methods approximate, where hundreds of trainings can be paid for")]
public sealed class DatamodelScores(DatamodelScoresOptions options) : IAttributionMethod
{
    private readonly DatamodelScoresOptions _options = options.Checked();
    private const string MethodName = "data/datamodels";
    private const int MostSelfTargets = 20_000;
    private const double GapLimit = 1e-3;

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        // Weights come target by target and from several threads, not checkpoint by checkpoint: nothing is summed.
        ScoreInputs.Check(run, train, targets, context);
        float[] scores = new float[checked(train.Count * targets.Count)];
        AttributionReport report = Fit(run, train, targets, context, (target, weights) =>
        {
            foreach ((int i, double weight) in weights)
                scores[i * targets.Count + target] = (float)weight;
        });
        return new AttributionMatrix(scores, train.Count, targets.Count, report);
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ScoreInputs.Check(run, train, context);
        if (train.Count > MostSelfTargets && _options.Estimator == DatamodelEstimator.Lasso)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The self-influence of {train} takes {train.Count} lasso paths, one per example; {MostSelfTargets} are the most. ")
                + "Choose fewer training examples, or estimator=difference.", ErrorKind.Usage)
            {
                Remedies = [
                        new(RemedyKind.ChangeArgument, "train"),
                        new(RemedyKind.SetMethodOption, "estimator", "difference")
                    ]
            };
        }

        float[] own = new float[train.Count];
        Fit(run, train, train, context, (target, weights) =>
        {
            foreach ((int i, double weight) in weights)
            {
                if (i == target)
                    own[target] = (float)weight;
            }
        });
        return own;
    }

    // Trains, fits every target, hands its weights on (from several threads), and says how it went.
    private AttributionReport Fit(
        RunView run, ExampleSet train, ExampleSet targets, MethodContext context,
        Action<int, IEnumerable<(int Example, double Weight)>> take)
    {
        Check(train, context);
        var tally = new ScoreTally(context);
        tally.Features.Start();
        // Of its own domain: models that judge an attribution must not be those it was fitted to.
        ulong seed = new RandomStream(_options.Seed ?? context.Seed, "datamodels", 0L).NextUInt64();
        var plan = new SubsetPlan(
            MethodName, _options.Subsets, count => ExampleMasks.ExactSize(count, train.Count, _options.Fraction, seed))
        {
            Repeats = _options.SeedsPerSubset, Output = _options.Output, Seed = seed, Least = SplitColumns.Least,
        };
        SubsetTrainings trainings = SubsetTrainings.Train(plan, run, train, targets, context);
        tally.Features.Stop();
        tally.Scoring.Start();
        trainings.Remarks.ForEach(tally.Remark);
        var columns = new SplitColumns(trainings.Masks, trainings.Answered, seed);
        var heldOut = new HeldOutCorrelation(targets.Count);
        if (_options.Estimator == DatamodelEstimator.Lasso)
            FitLasso(trainings, columns, heldOut, context, take, tally);
        else
            FitDifference(trainings, columns, heldOut, context, take, tally);
        foreach (SelfCheck check in heldOut.Checks("models held out of the fit"))
            tally.Check(check);
        if (columns.All.Constant > 0)
            tally.Remark(string.Create(
                CultureInfo.InvariantCulture,
                $"{columns.All.Constant} examples are in all subsets or in none, so their score is 0."));
        tally.Scoring.Stop();
        return tally.Report(MethodName, run.Task.Output(_options.Output).Name, SubsetTrainings.Units(_options.Output));
    }

    private void FitLasso(
        SubsetTrainings trainings, SplitColumns columns, HeldOutCorrelation heldOut, MethodContext context,
        Action<int, IEnumerable<(int, double)>> take, ScoreTally tally)
    {
        var settings = new LassoPathSettings(_options.Penalties, _options.PathRatio, _options.Ridge);
        double[] gaps = new double[trainings.Targets], sizes = new double[trainings.Targets];
        bool[] endsPath = new bool[trainings.Targets];
        TargetFits.Run(trainings.Targets, () => new LassoPath(columns, settings), (path, target) =>
        {
            double[] y = trainings.Outputs(target);
            LassoFit fit = path.Fit(y, context.Cancellation);
            (gaps[target], sizes[target], endsPath[target]) = (fit.Gap, fit.Weights.Count, fit.EndsPath);
            heldOut.Add(target, fit.HeldOutPredictions, columns.TakeHeldOut(y));
            take(target, fit.Weights);
        }, context);
        tally.Check(new SelfCheck(
            "kkt-gap", gaps.Max(), GapLimit,
            "Largest violation of the lasso's optimality conditions, relative to the penalty, over targets."));
        tally.Check(new SelfCheck(
            "non-zero-weights", sizes.Average(), null, "Examples with a weight that isn't 0, mean over targets."));
        // About s·2 ln n models tell s effects from noise (Wainwright, arXiv:math/0605740).
        double resolved = trainings.Answered.Length / (2 * Math.Log(columns.All.Count));
        if (sizes.Average() > resolved)
        {
            tally.Remark(string.Create(
                CultureInfo.InvariantCulture,
                $"{trainings.Answered.Length} subsets tell about {Math.Max(1, resolved):0} effects per target from noise, but "
                    + $"{sizes.Average():0} weights aren't 0: only the strongest mean something."));
        }

        if (endsPath.Count(ends => ends) is var ended and > 0)
            tally.Remark(string.Create(
                CultureInfo.InvariantCulture,
                $"For {ended} targets the smallest penalty was best: a smaller path-ratio might fit better."));
    }

    private static void FitDifference(
        SubsetTrainings trainings, SplitColumns columns, HeldOutCorrelation heldOut, MethodContext context,
        Action<int, IEnumerable<(int, double)>> take, ScoreTally tally)
    {
        double[] errors = new double[trainings.Targets];
        TargetFits.Run(
            trainings.Targets, () => new double[2][] { new double[columns.All.Count], new double[columns.All.Count] },
            (own, target) =>
        {
            double[] y = trainings.Outputs(target);
            DifferenceInMeans.Fit(columns.Fitted, columns.TakeFitted(y), own[0], own[1]);
            heldOut.Add(target, DifferenceInMeans.Predict(columns.HeldOut, own[0]), columns.TakeHeldOut(y));
            DifferenceInMeans.Fit(columns.All, y, own[0], own[1]);
            errors[target] = own[1].Where(e => !double.IsNaN(e)).DefaultIfEmpty(0).Average();
            take(target, own[0].Select((weight, i) => (i, weight)));
        }, context);
        tally.Check(new SelfCheck(
            "standard-error", errors.Average(), null, "Welch's standard error of a score, mean over examples and targets."));
    }

    private void Check(ExampleSet train, MethodContext context)
    {
        SubsetTrainings.Retrainer(MethodName, context);
        SubsetFraction.Check(MethodName, _options.Fraction);
        if (_options.Subsets < SplitColumns.Least)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{MethodName}: subsets is {_options.Subsets}; at least {SplitColumns.Least} are needed, and hundreds to see "
                    + $"more than the strongest effects."), ErrorKind.Usage);
        }

        if (_options.PathRatio is not (> 0 and < 1))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{MethodName}: path-ratio is {_options.PathRatio}; it has to lie strictly between 0 and 1, such as 0.01."),
                ErrorKind.Usage);
        }

        if (train.Count < 2
            || Math.Round(_options.Fraction * train.Count, MidpointRounding.AwayFromZero) is var size
            && (size < 1 || size >= train.Count))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{MethodName}: a fraction of {_options.Fraction} of {train} leaves subsets that are empty or hold everything. "
                    + $"Choose more training examples, or another fraction."), ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, "train"), new(RemedyKind.SetMethodOption, "fraction")]
            };
        }
    }
}

/// <summary>Settings of <see cref="DatamodelScores"/>.</summary>
public sealed record DatamodelScoresOptions
{
    /// <summary>Random subsets M to train on.</summary>
    [Range(20, 1_000_000)]
    public int Subsets { get; init; } = 500;

    /// <summary>Share of the training examples in each subset, strictly between 0 and 1.</summary>
    [Range(0.0, 1.0)]
    public double Fraction { get; init; } = 0.5;

    /// <summary>Trainings of each subset from different seeds, whose outputs are averaged.</summary>
    [Range(1, 1000)]
    public int SeedsPerSubset { get; init; } = 1;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>How weights are estimated: jointly and sparsely by the lasso, or one by one as a difference of means.</summary>
    public DatamodelEstimator Estimator { get; init; } = DatamodelEstimator.Lasso;

    /// <summary>Penalties K on the lasso's path.</summary>
    [Range(2, 10_000)]
    public int Penalties { get; init; } = 100;

    /// <summary>The smallest penalty on the path relative to the largest, strictly between 0 and 1.</summary>
    [Range(0.0, 1.0)]
    public double PathRatio { get; init; } = 0.01;

    /// <summary>
    /// Ridge penalty λ₂ on the standardised weights beside the lasso's: spreads weight over examples that always come together.
    /// </summary>
    [Range(0.0, 1_000_000.0)]
    public double Ridge { get; init; }

    /// <summary>Seed of the subsets and the trainings; that of the job when left open.</summary>
    public ulong? Seed { get; init; }
}

/// <summary>How <see cref="DatamodelScores"/> estimates weights.</summary>
public enum DatamodelEstimator
{
    /// <summary>All weights of a target at once, most of them 0.</summary>
    Lasso,

    /// <summary>Mean output with the example minus mean output without.</summary>
    Difference,
}
