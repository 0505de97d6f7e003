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
/// Trains models on random unions of groups of examples and regresses each target's output on which groups a model saw.
/// </summary>
/// <remarks>
/// f(q; S) ≈ b + Σ_{g ⊆ S} w_g, by ordinary least squares or ridge, with standard errors; score[i, q] = w_g/|g| for the group g
/// of example i, so that the scores of a group add up to its effect. Tens of trainings are enough where datamodels of single
/// examples need thousands. Groups are drawn independently: a fixed number of them would make the regression singular. Source:
/// the groups are our variant of arXiv:2202.00622.
/// </remarks>
[Method(
    "data/datamodels-grouped", Paper = "arXiv:2202.00622",
    Cost = "M ≥ 4G trainings; then M·G multiplications per target; M·(n + 4m) bytes of disk",
    Needs = MethodNeeds.Retraining, HasIndividualDraws = true,
    BestFor = "which classes or parts of the data a prediction rests on, with error bars")]
public sealed class DatamodelsGrouped(DatamodelsGroupedOptions options) : IAttributionMethod
{
    private readonly DatamodelsGroupedOptions _options = options.Checked();
    private const string MethodName = "data/datamodels-grouped";
    private const int SubsetsPerGroup = 4;

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        // Weights come target by target and from several threads, not checkpoint by checkpoint: nothing is summed.
        ScoreInputs.Check(run, train, targets, context);
        float[] scores = new float[checked(train.Count * targets.Count)];
        AttributionReport report = Fit(run, train, targets, context, (target, groups, weights) =>
        {
            for (int i = 0; i < train.Count; i++)
                scores[i * targets.Count + target] = Share(groups, weights, i);
        });
        return new AttributionMatrix(scores, train.Count, targets.Count, report);
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ScoreInputs.Check(run, train, context);
        float[] own = new float[train.Count];
        Fit(run, train, train, context, (target, groups, weights) => own[target] = Share(groups, weights, target));
        return own;
    }

    private static float Share(ExampleGroups groups, double[] weights, int example)
    {
        int group = groups.OfExample[example];
        return (float)(weights[group] / groups.Size(group));
    }

    private AttributionReport Fit(
        RunView run, ExampleSet train, ExampleSet targets, MethodContext context, Action<int, ExampleGroups, double[]> take)
    {
        SubsetTrainings.Retrainer(MethodName, context);
        SubsetFraction.Check(MethodName, _options.Fraction);
        ExampleGroups groups = Groups(train);
        var tally = new ScoreTally(context);
        tally.Features.Start();
        // Of its own domain: models that judge an attribution must not be those it was fitted to.
        ulong seed = new RandomStream(_options.Seed ?? context.Seed, "datamodels, grouped", 0L).NextUInt64();
        bool[][] drawn = groups.Draw(_options.Subsets, _options.Fraction, seed);
        ExampleMasks masks = groups.Masks(drawn);
        var plan = new SubsetPlan(MethodName, _options.Subsets, _ => masks)
        {
            Repeats = _options.SeedsPerSubset, Output = _options.Output, Seed = seed, Least = SubsetsPerGroup * groups.Count,
        };
        SubsetTrainings trainings = SubsetTrainings.Train(plan, run, train, targets, context);
        tally.Features.Stop();
        tally.Scoring.Start();
        trainings.Remarks.ForEach(tally.Remark);
        var regression = new GroupRegression([.. trainings.Answered.Select(m => drawn[m])], _options.Ridge, groups.Describe);
        var heldOut = new HeldOutCorrelation(targets.Count);
        double[] errors = new double[targets.Count], clear = new double[targets.Count];
        TargetFits.Run(targets.Count, () => regression, (own, target) =>
        {
            double[] y = trainings.Outputs(target);
            GroupFit fit = own.Fit(y);
            heldOut.Add(target, fit.LeaveOneOut, y);
            errors[target] = fit.Errors.Average();
            clear[target] = fit.Weights.Zip(fit.Errors, (w, e) => Math.Abs(w) > 2 * e ? 1.0 : 0).Average();
            take(target, groups, fit.Weights);
        }, context);
        tally.Check(new SelfCheck(
            "standard-error", errors.Average(), null,
            "Standard error of a whole group's effect, mean over groups and targets."));
        tally.Check(new SelfCheck(
            "clear-effects", clear.Average(), null, "Share of group effects beyond two standard errors; 0.05 by chance."));
        foreach (SelfCheck check in heldOut.Checks("models left out one by one"))
            tally.Check(check);
        tally.Scoring.Stop();
        return tally.Report(
            MethodName, run.Task.Output(_options.Output).Name,
            SubsetTrainings.Units(_options.Output) + ", its group's change shared equally");
    }

    private ExampleGroups Groups(ExampleSet train)
    {
        ExampleGroups groups = ExampleGroups.Of(train, _options.Groups, _options.Slices);
        if (groups.Count < 2)
        {
            throw new TessarException(
                $"{MethodName}: all of {train} is one group, so no two subsets differ. Choose other `groups`, or more training "
                    + $"examples.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "groups"), new(RemedyKind.ChangeArgument, "train")]
            };
        }

        return _options.Subsets >= SubsetsPerGroup * groups.Count ? groups : throw new TessarException(string.Create(
            CultureInfo.InvariantCulture,
            $"{MethodName}: {_options.Subsets} subsets can't tell {groups.Count} groups apart; {SubsetsPerGroup} per group are "
                + $"needed. Set subsets={SubsetsPerGroup * groups.Count} or more, or make fewer groups."), ErrorKind.Usage);
    }
}

/// <summary>Settings of <see cref="DatamodelsGrouped"/>.</summary>
public sealed record DatamodelsGroupedOptions
{
    /// <summary>What puts examples together: their class, their place in the data, or their place within their class.</summary>
    public DatamodelGrouping Groups { get; init; } = DatamodelGrouping.Class;

    /// <summary>Parts of equal length that the data, or each class, is cut into, for groups that go by place.</summary>
    [Range(1, 100_000)]
    public int Slices { get; init; } = 10;

    /// <summary>Random unions M of groups to train on; at least four per group.</summary>
    [Range(8, 1_000_000)]
    public int Subsets { get; init; } = 400;

    /// <summary>Probability of each group to be in a subset, strictly between 0 and 1.</summary>
    [Range(0.0, 1.0)]
    public double Fraction { get; init; } = 0.5;

    /// <summary>Trainings of each subset from different seeds, whose outputs are averaged.</summary>
    [Range(1, 1000)]
    public int SeedsPerSubset { get; init; } = 1;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Ridge penalty λ on the squared group effects; 0 is ordinary least squares.</summary>
    [Range(0.0, 1_000_000.0)]
    public double Ridge { get; init; }

    /// <summary>Seed of the subsets and the trainings; that of the job when left open.</summary>
    public ulong? Seed { get; init; }
}
