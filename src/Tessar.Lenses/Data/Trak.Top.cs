using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Lenses.Data.Search;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <content>The strongest examples only, in one pass over the stores of all checkpoints.</content>
public sealed partial class Trak : ITopAttribution
{
    /// <inheritdoc/>
    public TopAttribution ScoreTop(RunView run, ExampleSet train, ExampleSet targets, int top, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        CheckOptions(run.Task);
        if (_options.Projection == TrakProjection.None || _options.UseLeverage || _options.SoftThreshold > 0)
        {
            throw new TessarException(
                "data/trak keeps only the strongest examples of projected gradients, without leverage or soft threshold. "
                + "Choose projection=sketch, or a memory budget in which all scores fit.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "projection", "sketch"), new(RemedyKind.ChangeArgument, "memory")]
            };
        }

        run = Followed(run, train);
        top = Math.Min(top, train.Count);
        var shape = new SearchShape(
            train.Count, _options.ProjectionDimension, _options.NumberFormat == NumberFormat.F16, run.Checkpoints.Count,
            targets.Count, top);
        SearchPlan plan = SearchPlan.For(shape, TorchThreads.Current, context);
        context.Plan?.Invoke(plan.Describe());
        var tally = new TrakTally(context) { ByDamping = [[]], Chosen = [[]] };
        ChooseForTop(tally, run, train, context);
        List<GradientStore> stores = [];
        try
        {
            List<SearchPart> parts = [];
            double[] factors = new double[train.Count];
            for (int c = 0; c < run.Checkpoints.Count; c++)
                parts.Add(Prepare(tally, run, c, train, targets, (stores, factors), context));
            for (int i = 0; i < factors.Length; i++)
                factors[i] /= run.Checkpoints.Count;
            tally.Scoring.Start();
            var question = new SearchQuestion { Queries = targets.Count, Top = top, RowFactors = factors };
            TopScores scores = TopSearch.Run(parts, question, plan.BlockRows, plan.Threads, context).Scores;
            tally.Scoring.Stop();
            int[] columns = [.. Enumerable.Range(0, targets.Count)];
            return new TopAttribution(
                [.. columns.Select(scores.Proponents)], [.. columns.Select(scores.Opponents)], train.Count,
                Report(tally, run.Task, 0));
        }
        finally
        {
            stores.ForEach(store => store.Dispose());
        }
    }

    // Exact kernels have no rows to stream.
    private void ChooseForTop(TrakTally tally, RunView run, ExampleSet train, MethodContext context)
    {
        tally.Projection = _options.Projection == TrakProjection.Auto ? TrakProjection.Sketch : _options.Projection;
        if (!IsFree)
            return;
        using var model = new GradientModel(
            run.Checkpoints[0].Open(), train, Differentiated(run.Task), _options.Unsupported);
        ChooseShort(
            tally, run, train, isSelf: false, GradientFactors.NumbersPerExampleOf(model, train),
            "whole gradients can't be streamed", context);
    }

    // Computes or opens one checkpoint's features and solves for its targets; of what that takes only ψ = K⁻¹ φ(q) and the open
    // store stay.
    private SearchPart Prepare(
        TrakTally tally, RunView run, int checkpoint, ExampleSet train, ExampleSet targets,
        (List<GradientStore> Stores, double[] Factors) kept, MethodContext context)
    {
        using DisposeScope scope = NewDisposeScope();
        tally.Features.Start();
        using var features = new ProjectedFeatures(
            run.Checkpoints[checkpoint], train, Differentiated(run.Task), Settings(tally.Projection, context), context);
        tally.Computed += features.Computed;
        tally.Note(features.Store.Header.ParameterCount, features.Store.Header.Skipped, features.GradientCheck);
        var targetRows = new FeaturesInMemory(features.Of(targets));
        tally.Features.Stop();
        tally.Scoring.Start();
        GradientStore store = features.TakeStore();
        kept.Stores.Add(store);
        Tensor? weights = null;
        Tensor q = tensor(store.Factors.ToArray());
        if (_options.UseCurvatureWeights)
            weights = q * (1 - q);

        // The k×k solve, also for n < k: the n×n one gives scores, not queries.
        Tensor gram = FeatureProducts.Gram(store, weights, context.Cancellation);
        double damping = _options.Damping ?? Choose(
            tally, 0, run, checkpoint, train, q, gram.diagonal().sum().item<double>() / store.Count);
        using var kernel = new PrimalKernel(store, targetRows, gram, damping, weights, normalize: false);
        tally.ByDamping[0].Add(kernel.Damping);
        for (int i = 0; i < kept.Factors.Length; i++)
            kept.Factors[i] += store.Factors[i];
        double[] queries = kernel.Preconditioned.t().contiguous().data<double>().ToArray();
        tally.Scoring.Stop();
        return new SearchPart(store, queries);
    }
}
