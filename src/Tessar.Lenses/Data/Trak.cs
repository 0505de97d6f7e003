using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Kernels;
using Tessar.Lenses.Data.Outputs;
using Tessar.Lenses.Data.Products;
using Tessar.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>Scores how much each training example moved a prediction, by one Newton step of the model linearised in its weights.</summary>
/// <remarks>
/// <para>
/// With f the margin of the correct class, g its gradient and P_c a random projection, one per checkpoint c:
/// φ_c(z) = P_cᵀ g(z; θ_c), K_c = Φ_cᵀΦ_c + λI, score = [mean_c Q_c] ⊙ [mean_c Φ_c K_c⁻¹ φ_c(q)], Q = 1 − p of the label.
/// </para>
/// <para>
/// λ = <see cref="TrakOptions.Damping"/> · tr(ΦᵀΦ)/n, so that one setting fits every projection width. The peer divides K⁻¹ by its mean
/// absolute entry, which destroys the scale and re-weights checkpoints; we don't. With n &lt; k the n×n system is solved instead.
/// Source: Park et al., "TRAK: Attributing Model Behavior at Scale", arXiv:2303.14186, eq. 13 and section 3.
/// </para>
/// </remarks>
/// <example>For ridge regression with identity projection and leverage the score is the exact leave-one-out change.</example>
[Method("data/trak", Paper = "arXiv:2303.14186", Cost = "per checkpoint n·(forward + half a backward pass + p) + n·k² + k³/3 + n·m·k; disk 2·n·k bytes")]
public sealed partial class Trak(TrakOptions options) : IAttributionMethod
{
    private static readonly ClassificationMargin Output = new();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, context);
        var tally = new Tally();
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        Tensor factors = Average(tally, run, train, targets, context, (kernel, first, rows) => rows.add_(kernel.Scores(first, (int)rows.shape[0])), sum);
        tally.Scoring.Start();
        float[] scores = sum.mul_(factors.unsqueeze(1)).to_type(ScalarType.Float32).data<float>().ToArray();
        tally.Scoring.Stop();
        return new AttributionMatrix(scores, train.Count, targets.Count, Report(tally));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        Tensor factors = Average(new Tally(), run, train, targets: null, context, (kernel, first, rows) => rows.add_(kernel.SelfScores(first, (int)rows.shape[0])), sum);
        return FiniteScores.Of(sum.mul_(factors));
    }

    // Sums what each checkpoint's kernel says about each block of rows, divides by C, and returns the mean of Q.
    private Tensor Average(
        Tally tally, RunView run, ExampleSet train, ExampleSet? targets, MethodContext context, Action<ScoreKernel, int, Tensor> accumulate, Tensor sum)
    {
        Tensor factors = zeros(train.Count, dtype: ScalarType.Float64);
        foreach (CheckpointView checkpoint in run.Checkpoints)
        {
            using DisposeScope scope = NewDisposeScope();
            (ScoreKernel kernel, Tensor q) = options.Projection == TrakProjection.None
                ? ExactKernel(tally, checkpoint, train, targets, context)
                : ProjectedKernel(tally, checkpoint, train, targets, context);
            using (kernel)
            {
                tally.Scoring.Start();
                tally.Dampings.Add(kernel.Damping);
                foreach ((int first, int count) in FeatureBlocks.Of(train.Count))
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    using DisposeScope block = NewDisposeScope();
                    Tensor rows = sum.narrow(0, first, count);
                    if (options.UseLeverage)
                        AddWithLeverage(kernel, first, rows, accumulate);
                    else
                        accumulate(kernel, first, rows);
                    context.Progress?.Report(new MethodProgress("scores", first + count, train.Count, "examples"));
                }

                factors.add_(q.to_type(ScalarType.Float64));
                tally.Scoring.Stop();
            }
        }

        sum.div_(run.Checkpoints.Count);
        return factors.div_(run.Checkpoints.Count);
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
                $"Train example {first + leverage.argmax().item<long>()} has leverage {largest:g8}: the model can't be fitted without it. ")
                + "Raise --set damping, or leave --set use-leverage=false.");
        }

        Tensor remaining = 1 - leverage;
        rows.add_(own / (rows.dim() == 2 ? remaining.unsqueeze(1) : remaining));
    }

    private (ScoreKernel Kernel, Tensor Factors) ProjectedKernel(
        Tally tally, CheckpointView checkpoint, ExampleSet train, ExampleSet? targets, MethodContext context)
    {
        tally.Features.Start();
        var features = new ProjectedFeatures(checkpoint, train, Output, options, context);
        try
        {
            tally.Computed += features.Computed;
            tally.Note(features.Store.Header.ParameterCount, features.Store.Header.Skipped, features.GradientCheck);
            Tensor targetRows = targets is null ? empty(0, options.ProjectionDimension) : features.Of(targets);
            tally.Features.Stop();
            tally.Scoring.Start();
            Tensor q = tensor(features.Store.Factors.ToArray());
            ScoreKernel kernel = KernelOf(features.Store, new FeaturesInMemory(targetRows), q, targets is null || options.UseLeverage, context);
            tally.Scoring.Stop();
            return (kernel.Owning(features), q);
        }
        catch
        {
            features.Dispose();
            throw;
        }
    }

    private ScoreKernel KernelOf(GradientStore store, FeaturesInMemory targets, Tensor q, bool needsSelf, MethodContext context)
    {
        if (options.UseCurvatureWeights || store.Count >= options.ProjectionDimension)
        {
            // R = diag(p (1 − p)) with p = 1 − Q.
            Tensor? weights = options.UseCurvatureWeights ? q * (1 - q) : null;
            return new PrimalKernel(store, targets, options.Damping, weights, context.Cancellation);
        }

        using Tensor gram = FeatureProducts.Cross(store, store, context.Cancellation);
        using Tensor cross = FeatureProducts.Cross(store, targets, context.Cancellation);
        double rounding = FeatureProducts.Rounding((double)store.Count * store.Count * options.ProjectionDimension);
        return new DualKernel(gram, cross, options.Damping, rounding, needsSelf);
    }

    // Without projection K = Φ Φᵀ is n×n and comes from inner products of whole gradients.
    private (ScoreKernel Kernel, Tensor Factors) ExactKernel(
        Tally tally, CheckpointView checkpoint, ExampleSet train, ExampleSet? targets, MethodContext context)
    {
        if (options.UseCurvatureWeights)
            throw new TessarException("data/trak: use-curvature-weights needs a projection. Choose --set projection=sketch.", ErrorKind.Usage);
        ScoreBudget.CheckSquare(train, context);
        tally.Features.Start();
        using var model = new FeatureModel(checkpoint, train, Output, options.Unsupported);
        tally.Note(model.Gradients.ParameterCount, model.Skipped, model.GradientCheck);
        var products = new ExactProducts(model, options.BatchSize, context);
        (Tensor gram, Tensor q) = products.Between(train, train, "kernel");
        Tensor cross = targets is null ? empty(train.Count, 0, dtype: ScalarType.Float64) : products.Between(train, targets, "targets").Products;
        tally.Computed += train.Count;
        tally.Features.Stop();
        tally.Scoring.Start();
        var kernel = new DualKernel(gram, cross, options.Damping, rounding: 1e-6, targets is null || options.UseLeverage);
        tally.Scoring.Stop();
        return (kernel, q);
    }

    private AttributionReport Report(Tally tally) => new()
    {
        Method = "data/trak",
        Output = Output.Name,
        Parameters = tally.Parameters,
        SkippedParameters = tally.Skipped,
        ProjectionDimension = options.Projection == TrakProjection.None ? null : options.ProjectionDimension,
        Damping = tally.Dampings,
        SecondsFeatures = tally.Features.Elapsed.TotalSeconds,
        SecondsScoring = tally.Scoring.Elapsed.TotalSeconds,
        ExamplesComputed = tally.Computed,
        GradientCheck = tally.GradientCheck,
    };

    // What one call learns on its way, for the report.
    private sealed class Tally
    {
        public Stopwatch Features { get; } = new();

        public Stopwatch Scoring { get; } = new();

        public List<double> Dampings { get; } = [];

        public IReadOnlyList<string> Skipped { get; private set; } = [];

        public long Parameters { get; private set; }

        public long Computed { get; set; }

        public double GradientCheck { get; private set; }

        public void Note(long parameters, IReadOnlyList<string> skipped, double gradientCheck)
        {
            (Parameters, Skipped) = (parameters, skipped);
            GradientCheck = Math.Max(GradientCheck, gradientCheck);
        }
    }
}

/// <summary>Settings of <see cref="Trak"/>.</summary>
public sealed record TrakOptions
{
    /// <summary>Width k of the random projection; at most the number of parameters.</summary>
    [Range(1, 1 << 20)]
    public int ProjectionDimension { get; init; } = 2048;

    /// <summary>How gradients are shortened: sketched to k numbers, or not at all (exact, for up to about 20,000 examples).</summary>
    public TrakProjection Projection { get; init; } = TrakProjection.Sketch;

    /// <summary>Damping λ relative to the mean squared feature norm tr(ΦᵀΦ)/n. Untuned values cost up to half of the quality.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 0.3;

    /// <summary>Seed of the projection.</summary>
    public ulong Seed { get; init; }

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
}
