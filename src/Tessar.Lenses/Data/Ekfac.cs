using System.ComponentModel.DataAnnotations;
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
/// score[i, j] = (1/n) Σ_l ∇f_l(q_j)ᵀ (H_l + λ_l I)⁻¹ (−∇ℓ_l(z_i)). For a Linear or convolution layer H_l = (Q_D ⊗ Q_A) diag(Λ)
/// (Q_D ⊗ Q_A)ᵀ with the eigenvectors of A = E[aaᵀ] and D = E[δδᵀ] and Λ = E[(Q_Dᵀ G Q_A)²] (EK-FAC) or λ_D λ_Aᵀ (K-FAC); other
/// parameters have E[g²]. λ_l = damping · mean Λ. Several runs are averaged. Source: Grosse et al., arXiv:2308.03296; George et
/// al., arXiv:1806.03884.
/// </remarks>
[Method(
    "data/ekfac", Paper = "arXiv:2308.03296",
    Cost = "two passes over the train set and Σ(in³ + out³) for the factors, kept on disk; then n·m·p; memory 12·Σ(in² + out²) + "
        + "24·max² bytes",
    BestFor = "influence functions of networks: what the weights would become without an example, with curvature and without "
        + "projection")]
public sealed class Ekfac(EkfacOptions options) : IAttributionMethod
{
    private readonly EkfacOptions _options = options.Checked();
    private const string MethodName = "data/ekfac";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new CurvatureTally(context);
        return CheckpointScores.Mean(
            run, train, targets, context,
            (view, sum, pass) => Visit(tally, view, train, pass, (checkpoint, curvature, inverses) =>
            {
                int held = TargetGradients.AtOnce(curvature.Shapes, 1, targets.Count, pass);
                long done = 0, total = (long)train.Count * targets.Count;
                foreach ((int first, int count) in targets.Batches(held))
                {
                    using TargetGradients rows = TargetGradients.Of(
                        checkpoint.Model, checkpoint.Blocks, targets, first, count, _options.BatchSize, pass);
                    rows.Apply(curvature, inverses, _options.BatchSize, pass);
                    checkpoint.AddScores(
                        train, rows.Rows, 1.0 / run.Task.Terms(train), sum.narrow(1, first, count), _options.BatchSize, pass,
                        examples =>
                        pass.Progress?.Report(new MethodProgress("scores", done += (long)examples * count, total, "pairs")));
                }
            }),
            () =>
                tally.Report(
                    MethodName, run.Task.Output(_options.Output).Name,
                    "change of the output by the example, by one Newton step"));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        var tally = new CurvatureTally(context);
        return CheckpointScores.MeanOfSelf(
            run, train, context, (view, sum, pass) => Visit(tally, view, train, pass, (checkpoint, curvature, inverses) =>
        {
            foreach (ExampleBatch part in train.Batches(_options.BatchSize))
            {
                pass.Cancellation.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                (int first, int count) = part;
                (CapturedBatch batch, Tensor q) = checkpoint.Model.Run(train, part.Indices);
                sum.narrow(0, first, count)
                    .add_(curvature.Quadratic(checkpoint.Blocks, batch, inverses) * q.to_type(ScalarType.Float64)
                        / run.Task.Terms(train));
                pass.Progress?.Report(new MethodProgress("scores", first + count, train.Count, "examples"));
            }
        }));
    }

    private void Visit(
        CurvatureTally tally, CheckpointView view, ExampleSet train, MethodContext pass,
        Action<ExplainedCheckpoint, KroneckerCurvature, Tensor[]> visit)
    {
        tally.Features.Start();
        using var checkpoint = new ExplainedCheckpoint(
            view, train, view.Task.Output(_options.Output), _options.Unsupported);
        var settings = new CurvatureSettings(
            _options.Factorization == Factorization.Kfac, _options.Labels, _options.Seed ?? pass.Seed, _options.CurvatureExamples,
            _options.BatchSize, _options.Unsupported);
        using KroneckerCurvature curvature = settings.Fit(checkpoint.Blocks.Shapes, [view], train, "ekfac", kept: 1, pass);
        (Tensor[] inverses, double[] dampings) = curvature.Inverses(_options.Damping);
        tally.Dampings.AddRange(dampings);
        tally.Note(checkpoint.Model);
        tally.Note(curvature);
        tally.Computed += train.Count;
        tally.Features.Stop();
        tally.Scoring.Start();
        visit(checkpoint, curvature, inverses);
        tally.Scoring.Stop();
    }
}

/// <summary>Settings of <see cref="Ekfac"/>.</summary>
public sealed record EkfacOptions
{
    /// <summary>Whether eigenvalues are measured in a second pass, or taken as products of those of the factors.</summary>
    [Option(Name = "factorisation")]
    public Factorization Factorization { get; init; } = Factorization.Ekfac;

    /// <summary>Damping λ of each layer relative to the mean eigenvalue of its curvature.</summary>
    [Range(0.0, 1e12)]
    public double Damping { get; init; } = 1;

    /// <summary>What is explained: the margin log(p/(1 − p)) of the label, or its log-probability.</summary>
    public TargetOutput Output { get; init; } = TargetOutput.Margin;

    /// <summary>
    /// Whose gradients the curvature is of: labels drawn from the model's own predictions, or those of the data.
    /// </summary>
    public CurvatureLabels Labels { get; init; } = CurvatureLabels.Sampled;

    /// <summary>Seed of the drawn labels; that of the job when left open.</summary>
    public ulong? Seed { get; init; }

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
public enum Factorization
{
    /// <summary>A second pass: exact mean squares along the factors' eigenvectors.</summary>
    Ekfac,

    /// <summary>
    /// Products of the factors' eigenvalues, as if inputs and output gradients were independent; one pass less.
    /// </summary>
    Kfac,
}
