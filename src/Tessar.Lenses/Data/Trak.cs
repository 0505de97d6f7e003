using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Lenses.Data.Scoring;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Scores how much each training example moved a prediction, by one Newton step of the model linearised in its weights.
/// </summary>
/// <remarks>
/// <para>
/// With f the margin of the correct class, g its gradient and P_c a random projection, one per checkpoint c:
/// φ_c(z) = P_cᵀ g(z; θ_c), K_c = Φ_cᵀΦ_c + λI, score = [mean_c Q_c] ⊙ [mean_c Φ_c K_c⁻¹ φ_c(q)], Q = 1 − p of the label.
/// </para>
/// <para>
/// λ = <see cref="TrakOptions.Damping"/> · tr(ΦᵀΦ)/n, so that one setting fits every projection width. The peer divides K⁻¹ by
/// its mean absolute entry, which destroys the scale and re-weights checkpoints; we don't. With n &lt; k the n×n system is solved
/// instead. Source: Park et al., "TRAK: Attributing Model Behavior at Scale", arXiv:2303.14186, eq. 13 and section 3.
/// </para>
/// </remarks>
/// <example>For ridge regression with identity projection and leverage the score is the exact leave-one-out change.</example>
[Method(
    "data/trak", Paper = "arXiv:2303.14186",
    Cost = "per checkpoint n·(forward + half a backward pass + p) + n·k² + k³/3 + n·m·k; disk 2·n·k bytes; without projection "
        + "n²·d + n³/3, d numbers per example, and 4·n² bytes")]
public sealed partial class Trak(TrakOptions options) : IAttributionMethod, IDampingSweep
{
    private readonly TrakOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context) =>
        ScoreMany(run, train, targets, [_options.Damping], context)[0];

    /// <inheritdoc/>
    public IReadOnlyList<AttributionMatrix> ScoreMany(
        RunView run, ExampleSet train, ExampleSet targets, IReadOnlyList<double?> dampings, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(dampings);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, dampings.Count, context);
        var tally = new TrakTally(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] sums = [.. dampings.Select(_ => zeros(train.Count, targets.Count, dtype: ScalarType.Float64))];
        Tensor factors = Average(
            tally, run, train, targets, dampings, context,
            new Sums(sums, (kernel, first, rows) => rows.add_(kernel.Scores(first, (int)rows.shape[0]))));
        tally.Scoring.Start();
        float[][] scores = [.. sums.Select(sum =>
        {
            SoftThreshold.Apply(sum.mul_(factors.unsqueeze(1)), _options.SoftThreshold);
            using Tensor single = sum.to_type(ScalarType.Float32);
            return single.data<float>().ToArray();
        })];
        tally.Scoring.Stop();
        return
        [
            .. scores.Select((values, d) =>
                new AttributionMatrix(values, train.Count, targets.Count, Report(tally, run.Task, d))),
        ];
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        Tensor factors = Average(
            new TrakTally(context), run, train, targets: null, [_options.Damping], context,
            new Sums([sum], (kernel, first, rows) => rows.add_(kernel.SelfScores(first, (int)rows.shape[0]))));
        return FiniteScores.Of(sum.mul_(factors));
    }

    // Sums what each checkpoint's kernel says about each block of rows, for each damping, divides by C, and returns the mean of
    // Q.
    private Tensor Average(
        TrakTally tally, RunView run, ExampleSet train, ExampleSet? targets, IReadOnlyList<double?> dampings,
        MethodContext context, Sums sums)
    {
        CheckOptions(run.Task);
        run = Followed(run, train);
        Choose(tally, run, train, targets, dampings.Count, context);
        tally.ByDamping = [.. dampings.Select(_ => new List<double>())];
        tally.Chosen = [.. dampings.Select(_ => new List<double>())];
        Tensor factors = zeros(train.Count, dtype: ScalarType.Float64);
        for (int c = 0; c < run.Checkpoints.Count; c++)
        {
            MethodContext pass = RepeatedProgress.Of(context, c, run.Checkpoints.Count);
            using DisposeScope scope = NewDisposeScope();
            tally.Features.Start();
            using DampedKernels kernels = tally.Projection == TrakProjection.None
                ? Exact(tally, run.Checkpoints[c], train, targets, dampings.Count, pass)
                : Projected(tally, run.Checkpoints[c], train, targets, pass);
            tally.Features.Stop();
            tally.Scoring.Start();
            for (int d = 0; d < dampings.Count; d++)
            {
                using DisposeScope one = NewDisposeScope();
                using ScoreKernel kernel = kernels.At(
                    dampings[d] ?? Choose(tally, d, run, c, train, kernels.Factors, kernels.MeanSquaredNorm));
                tally.ByDamping[d].Add(kernel.Damping);
                foreach ((int first, int count) in FeatureBlocks.Of(train.Count))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    using DisposeScope block = NewDisposeScope();
                    Tensor rows = sums.Values[d].narrow(0, first, count);
                    if (_options.UseLeverage)
                        AddWithLeverage(kernel, first, rows, sums.Add);
                    else
                        sums.Add(kernel, first, rows);
                    pass.Progress?.Report(new MethodProgress(
                        "scores", (long)d * train.Count + first + count, (long)dampings.Count * train.Count, "examples"));
                }
            }

            factors.add_(kernels.Factors.to_type(ScalarType.Float64));
            tally.Scoring.Stop();
        }

        foreach (Tensor sum in sums.Values)
            sum.div_(run.Checkpoints.Count);
        return factors.div_(run.Checkpoints.Count);
    }

    // The damping of a checkpoint when none is given; noted.
    private double Choose(
        TrakTally tally, int asked, RunView run, int checkpoint, ExampleSet train, Tensor q, double meanSquaredNorm)
    {
        // Q is 1 − p for the margin alone.
        double? curvature = _options.UseCurvatureWeights ? 1
            : Differentiated(run.Task).IsLogistic ? DampingRule.MeanCurvature(q) : null;
        double chosen = new DampingRule(tally.Projection, _options.ProjectionDimension, run.Checkpoints.Count)
            .Of(TrainingTime.Of(run.Checkpoints[checkpoint], train.Store), curvature, train.Count, meanSquaredNorm);
        tally.Chosen[asked].Add(chosen);
        return chosen;
    }

    // Removing z_i changes the Gram matrix too: row i of this checkpoint is divided by 1 − h_i, h_i = R_ii φ_iᵀ K⁻¹ φ_i.
    private static void AddWithLeverage(ScoreKernel kernel, int first, Tensor rows, Action<ScoreKernel, int, Tensor> accumulate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = zeros_like(rows);
        accumulate(kernel, first, own);
        Tensor leverage = kernel.Leverages(first, (int)rows.shape[0]);
        double largest = leverage.max().item<double>();
        if (!(largest < 1 - 1e-6))
        {
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"Train example {first + leverage.argmax().item<long>()} has leverage {largest:g8}: the model can't be fitted "
                    + $"without it. ")
                + "Raise `damping`, or leave use-leverage=false.")
            {
                Remedies = [
                        new(RemedyKind.SetMethodOption, "damping"),
                        new(RemedyKind.SetMethodOption, "use-leverage", "false")
                    ]
            };
        }

        Tensor remaining = 1 - leverage;
        rows.add_(own / (rows.dim() == 2 ? remaining.unsqueeze(1) : remaining));
    }

    // Earlier checkpoints of each run are witnesses too, though not as different ones as other runs.
    private RunView Followed(RunView run, ExampleSet train) =>
        _options.Checkpoints == 1
            ? run
            : new RunView([
                .. WeightedCheckpoint.Of(run, train.Store, _options.Checkpoints, byLearningRate: false).Checkpoints
                    .Select(checkpoint => checkpoint.View),
            ]);

    // Whose gradient the features are.
    private OutputFunction Differentiated(ITask task) =>
        _options.FeatureOutput == TrakFeatureOutput.SquaredLogits ? new SquaredLogits() : task.Output(_options.Output);

    private void CheckOptions(ITask task)
    {
        if (_options.UseCurvatureWeights && !Differentiated(task).IsLogistic)
            throw new TessarException(
                "data/trak: use-curvature-weights is the curvature of the loss in the margin. Choose output=margin and "
                    + "feature-output=same.", ErrorKind.Usage);
        if (_options.MeanAbsNormalize && _options.Projection == TrakProjection.None)
            throw new TessarException(
                "data/trak: mean-abs-normalise divides by the entries of a k×k matrix. Choose projection=sketch.",
                ErrorKind.Usage)
            { Remedies = [new(RemedyKind.SetMethodOption, "projection", "sketch")] };
    }

    // A width other than the default, and what only a sketch has, ask for the sketch.
    private void Choose(TrakTally tally, RunView run, ExampleSet train, ExampleSet? targets, int dampings, MethodContext context)
    {
        tally.Projection = _options.Projection == TrakProjection.Auto ? TrakProjection.Sketch : _options.Projection;
        if (!IsFree)
            return;
        using var model = new GradientModel(
            run.Checkpoints[0].Open(), train, Differentiated(run.Task), _options.Unsupported);
        ExactPlan plan = PlanFor(model, train, targets, dampings, context);
        if (plan.IsCheap(run.Checkpoints.Count))
        {
            tally.Projection = TrakProjection.None;
            tally.Remark($"Gradients weren't projected: the exact kernel takes {plan.Describe(run.Checkpoints.Count)}.");
            return;
        }

        ChooseShort(
            tally, run, train, isSelf: targets is null || _options.UseLeverage, plan.NumbersPerExample,
            $"the exact kernel would take {plan.Describe(run.Checkpoints.Count)}", context);
    }

    private bool IsFree =>
        _options.Projection == TrakProjection.Auto && !_options.MeanAbsNormalize
            && _options.ProjectionDimension == new TrakOptions().ProjectionDimension;

    // Landmarks keep what gradients have in common and lose what only one example has, which is most of its score on itself and
    // of its leverage.
    private void ChooseShort(
        TrakTally tally, RunView run, ExampleSet train, bool isSelf, long numbersPerExample, string exact, MethodContext context)
    {
        var plan = new LandmarkPlan(train.Count, numbersPerExample, _options.ProjectionDimension, context.MemoryBudget);
        bool isLandmarks = !isSelf && plan.IsCheap(run.Checkpoints.Count);
        tally.Projection = isLandmarks ? TrakProjection.Landmarks : TrakProjection.Sketch;
        tally.Remark(
            isLandmarks
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"Gradients were projected onto those of {plan.Width:N0} landmarks, with "
                        + $"{plan.Describe(run.Checkpoints.Count)}: {exact}.")
                : string.Create(CultureInfo.InvariantCulture, $"Gradients were sketched to {plan.Width:N0} numbers: {exact}."));
    }

    // One tensor per damping, and what adds a kernel's say to some of its rows.
    private readonly record struct Sums(Tensor[] Values, Action<ScoreKernel, int, Tensor> Add);

    private ExactPlan PlanFor(GradientModel model, ExampleSet train, ExampleSet? targets, int dampings, MethodContext context) =>
        new(
            train.Count, targets?.Count ?? 0, GradientFactors.NumbersPerExampleOf(model, train),
            targets is null || _options.UseLeverage, dampings, context.MemoryBudget);

    private DampedKernels Exact(
        TrakTally tally, CheckpointView checkpoint, ExampleSet train, ExampleSet? targets, int dampings, MethodContext context)
    {
        using var model = new GradientModel(
            checkpoint.Open(), train, Differentiated(checkpoint.Task), _options.Unsupported);
        tally.Note(model);
        ExactPlan plan = PlanFor(model, train, targets, dampings, context);
        ScoreBudget.Check(plan, train, context);
        tally.Computed += train.Count;
        return ExactKernels.Of(
            new SymmetricProducts(model, _options.BatchSize, context), train, targets, plan, _options.UseCurvatureWeights,
            tally.NoteResidual, context.Cancellation);
    }

    private DampedKernels Projected(
        TrakTally tally, CheckpointView checkpoint, ExampleSet train, ExampleSet? targets, MethodContext context)
    {
        var features = new ProjectedFeatures(
            checkpoint, train, Differentiated(checkpoint.Task), Settings(tally.Projection, context), context);
        try
        {
            tally.Computed += features.Computed;
            tally.Note(features.Store.Header.ParameterCount, features.Store.Header.Skipped, features.GradientCheck);
            Tensor rows = targets is null ? empty(0, _options.ProjectionDimension) : features.Of(targets);
            Tensor q = tensor(features.Store.Factors.ToArray());
            return ProjectedKernels.Of(
                features, rows, q, targets is null || _options.UseLeverage, _options.UseCurvatureWeights,
                _options.MeanAbsNormalize, context);
        }
        catch
        {
            features.Dispose();
            throw;
        }
    }

    private FeatureSettings Settings(TrakProjection projection, MethodContext context) => new(
        projection, _options.ProjectionDimension, _options.Seed ?? context.Seed, _options.NumberFormat, _options.BatchSize,
        _options.Unsupported);

    private AttributionReport Report(TrakTally tally, ITask task, int damping) =>
        tally.Report("data/trak", task.Output(_options.Output).Name) with
        {
            Projection = MethodOption.Write(tally.Projection),
            ProjectionDimension = tally.Projection == TrakProjection.None ? null : _options.ProjectionDimension,
            Damping = tally.ByDamping[damping],
            RelativeDamping = tally.Chosen[damping].Count > 0 ? tally.Chosen[damping] : null,
        };
}

/// <summary>Settings of <see cref="Trak"/>.</summary>
public sealed record TrakOptions
{
    /// <summary>Width k of the random projection; at most the number of parameters.</summary>
    [Range(1, 1 << 20)]
    public int ProjectionDimension { get; init; } = 2048;

    /// <summary>
    /// How gradients are shortened: not at all (exact), onto the gradients of k examples (landmarks), by a sketch to k numbers;
    /// auto takes the first of these whose planned time and memory fit, and the sketch for a k of yours.
    /// </summary>
    public TrakProjection Projection { get; init; } = TrakProjection.Auto;

    /// <summary>
    /// Damping λ relative to the mean squared feature norm tr(ΦᵀΦ)/n; auto takes 0.3, more after a short training by gradient
    /// descent, more for a sketch of few models, each by a formula, and says what it took.
    /// </summary>
    [Range(0.0, 1e12)]
    [LeftOpen("auto")]
    public double? Damping { get; init; }

    /// <summary>Checkpoints per run, evenly spaced with the last among them, whose kernels are averaged; 0 for all.</summary>
    [Range(0, 100_000)]
    public int Checkpoints { get; init; } = 1;

    /// <summary>Seed of the projection; that of the job when left open.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Type of the stored features: 16 bits halve the disk and cost nothing in quality.</summary>
    public NumberFormat NumberFormat { get; init; } = NumberFormat.F16;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;

    /// <summary>Weight the Gram matrix by p(1 − p), as in the paper's derivation; the peer's code leaves it out.</summary>
    public bool UseCurvatureWeights { get; init; }

    /// <summary>Divide each row by one minus its leverage: exact leave-one-out for linear models.</summary>
    public bool UseLeverage { get; init; }

    /// <summary>
    /// Shrink each target's scores towards zero by this quantile of their absolute values: 0.9 leaves a tenth of the examples, 1
    /// none.
    /// </summary>
    [Range(0.0, 1.0)]
    public double SoftThreshold { get; init; }

    /// <summary>
    /// Divide the inverse of the Gram matrix by its mean absolute entry, as the peer's code does; for comparison with it only.
    /// </summary>
    [Option(Name = "mean-abs-normalise")]
    public bool MeanAbsNormalize { get; init; }

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>
    /// Whose gradient the features are: that of the explained output, or of the logits' squared norm with factors of 1 (D-TRAK).
    /// </summary>
    public TrakFeatureOutput FeatureOutput { get; init; } = TrakFeatureOutput.Same;
}
