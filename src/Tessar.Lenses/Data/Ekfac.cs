using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>Influence functions with the whole gradient and a curvature that has two small factors per layer.</summary>
/// <remarks>
/// score[i, j] = (1/n) Σ_l ∇f_l(q_j)ᵀ (H_l + λ_l I)⁻¹ (−∇ℓ_l(z_i)). For a Linear or convolution layer H_l = (Q_D ⊗ Q_A) diag(Λ) (Q_D ⊗ Q_A)ᵀ with
/// the eigenvectors of A = E[aaᵀ] and D = E[δδᵀ] and Λ = E[(Q_Dᵀ G Q_A)²] (EK-FAC) or λ_D λ_Aᵀ (K-FAC); other parameters have E[g²].
/// λ_l = damping · mean Λ. Several runs are averaged. Source: Grosse et al., arXiv:2308.03296; George et al., arXiv:1806.03884.
/// </remarks>
[Method(
    "data/ekfac", Paper = "arXiv:2308.03296",
    Cost = "two passes over the train set and Σ(in³ + out³) for the factors, kept on disk; then n·m·p; memory 12·Σ(in² + out²) + 24·max² bytes",
    BestFor = "influence functions of networks: what the weights would become without an example, with curvature and without projection")]
public sealed class Ekfac(EkfacOptions options) : IAttributionMethod
{
    private readonly EkfacOptions options = options.Checked();

    private const string MethodName = "data/ekfac";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        ScoreBudget.Check(train, targets, context);
        var tally = new CurvatureTally(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, targets.Count, dtype: ScalarType.Float64);
        Visit(tally, run, train, context, (checkpoint, curvature, inverses, pass) =>
        {
            int held = TargetGradients.AtOnce(curvature.Shapes, 1, targets.Count, pass);
            long done = 0, total = (long)train.Count * targets.Count;
            for (int first = 0; first < targets.Count; first += held)
            {
                int count = Math.Min(held, targets.Count - first);
                using TargetGradients rows = TargetGradients.Of(checkpoint.Model, checkpoint.Blocks, targets, first, count, options.BatchSize, pass);
                rows.Apply(curvature, inverses, options.BatchSize, pass);
                checkpoint.AddScores(train, rows.Rows, 1.0 / train.Count, sum.narrow(1, first, count), options.BatchSize, pass, examples =>
                    pass.Progress?.Report(new MethodProgress("scores", done += (long)examples * count, total, "pairs")));
            }
        });
        float[] values = sum.div_(run.Checkpoints.Count).to_type(ScalarType.Float32).data<float>().ToArray();
        AttributionReport report = tally.Report(
            MethodName, OutputFunction.For(options.Output).Name, "change of the output by the example, by one Newton step", (long)train.Count * run.Checkpoints.Count);
        return new AttributionMatrix(values, train.Count, targets.Count, report);
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(train.Count, dtype: ScalarType.Float64);
        Visit(new CurvatureTally(context), run, train, context, (checkpoint, curvature, inverses, pass) =>
        {
            for (int first = 0; first < train.Count; first += options.BatchSize)
            {
                pass.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                int count = Math.Min(options.BatchSize, train.Count - first);
                (CapturedBatch batch, Tensor q) = checkpoint.Model.Run(train, [.. Enumerable.Range(first, count)]);
                sum.narrow(0, first, count).add_(curvature.Quadratic(checkpoint.Blocks, batch, inverses) * q.to_type(ScalarType.Float64) / train.Count);
                pass.Progress?.Report(new MethodProgress("scores", first + count, train.Count, "examples"));
            }
        });
        return FiniteScores.Of(sum.div_(run.Checkpoints.Count));
    }

    private void Visit(
        CurvatureTally tally, RunView run, ExampleSet train, MethodContext context,
        Action<ExplainedCheckpoint, KroneckerCurvature, Tensor[], MethodContext> visit)
    {
        OutputFunction output = OutputFunction.For(options.Output);
        for (int c = 0; c < run.Checkpoints.Count; c++)
        {
            using DisposeScope scope = NewDisposeScope();
            MethodContext pass = RepeatedProgress.Of(context, c, run.Checkpoints.Count);
            CheckpointView view = run.Checkpoints[c];
            var watch = Stopwatch.StartNew();
            using var checkpoint = new ExplainedCheckpoint(view, train, output, options.Unsupported);
            var settings = new CurvatureSettings(
                options.Factorisation == Factorisation.Kfac, options.Labels, unchecked(options.Seed + context.Seed), options.CurvatureExamples, options.BatchSize,
                options.Unsupported);
            using KroneckerCurvature curvature = settings.Fit(checkpoint.Blocks.Shapes, [view], train, "ekfac", kept: 1, pass);
            (Tensor[] inverses, double[] dampings) = curvature.Inverses(options.Damping);
            tally.Dampings.AddRange(dampings);
            tally.Note(checkpoint.Model);
            tally.Note(curvature);
            tally.Features += watch.Elapsed;
            watch.Restart();
            visit(checkpoint, curvature, inverses, pass);
            tally.Scoring += watch.Elapsed;
        }
    }
}

/// <summary>Settings of <see cref="Ekfac"/>.</summary>
public sealed record EkfacOptions
{
    /// <summary>Whether eigenvalues are measured in a second pass, or taken as products of those of the factors.</summary>
    public Factorisation Factorisation { get; init; } = Factorisation.Ekfac;

    /// <summary>Damping λ of each layer relative to the mean eigenvalue of its curvature.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>Whose gradients the curvature is of: labels drawn from the model's own predictions, or those of the data.</summary>
    public CurvatureLabels Labels { get; init; } = CurvatureLabels.Sampled;

    /// <summary>Seed of the drawn labels.</summary>
    public ulong Seed { get; init; }

    /// <summary>Most train examples that the curvature is measured on, evenly spaced.</summary>
    [Range(1, 100_000_000)]
    public int CurvatureExamples { get; init; } = 100_000;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 64;

    /// <summary>What to do with parameters that no per-example rule knows.</summary>
    public UnsupportedParameters Unsupported { get; init; } = UnsupportedParameters.LoopFallback;
}

/// <summary>Where <see cref="Ekfac"/> takes eigenvalues from.</summary>
public enum Factorisation
{
    /// <summary>A second pass: exact mean squares along the factors' eigenvectors.</summary>
    Ekfac,

    /// <summary>Products of the factors' eigenvalues, as if inputs and output gradients were independent; one pass less.</summary>
    Kfac,
}
