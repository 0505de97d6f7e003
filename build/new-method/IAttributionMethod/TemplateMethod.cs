using System.ComponentModel.DataAnnotations;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Inputs;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Scores how far one step on each training example would raise a target's logit, if the model were a kernel over its features.
/// </summary>
/// <remarks>
/// With h the input of the last Linear layer, scaled to length 1, and K(h, h') = exp(−‖h − h'‖²/(2σ²)) = exp((h·h' − 1)/σ²),
/// a step f ← f + η K(h_i, ·)(e_{y_i} − p_i) down the loss of example i raises the logit of q_j's label by η·score, where
/// score[i, j] = K(h_i, h_j)·([y_i = y_j] − p_i(y_j)). The mean over checkpoints is taken. An example without any feature is
/// orthogonal to all.
/// </remarks>
[Method(
    "data/template-method", Paper = "original",
    Cost = "n + m forward and backward passes and n·m·d for d features; no disk")]
public sealed class TemplateMethod(TemplateMethodOptions options) : IAttributionMethod
{
    private const string MethodName = "data/template-method";
    private static readonly NegativeLoss _output = new();

    // Refuses values out of range, all of them at once, whoever made them.
    private readonly TemplateMethodOptions _options = options.Checked();

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        return CheckpointScores.Mean(run, train, targets, context, (checkpoint, sum, pass) =>
        {
            tally.Features.Start();
            using var model = new GradientModel(checkpoint.Open(), train, _output, UnsupportedParameters.Skip);
            LastLinear last = LastLinear.Of(model, train, MethodName);
            tally.Computed += train.Count;
            using Tensor classes = Batches.Labels(targets, [.. Enumerable.Range(0, targets.Count)]);
            List<Tensor> blocks = [];
            EachBlock(model, last, targets, "targets", pass, (_, features, _) => blocks.Add(features.MoveToOuterDisposeScope()));
            using Tensor right = cat(blocks, 0);
            using Tensor together = zeros(targets.Count, dtype: ScalarType.Float64);
            EachBlock(model, last, train, "examples", pass, (first, left, missing) =>
            {
                Tensor scores = Kernel(left.mm(right.t())) * missing.index_select(1, classes);
                sum.narrow(0, first, left.shape[0]).add_(scores);
                together.add_(scores.sum([0]));
            });
            tally.Check(new SelfCheck(
                "lowered-targets", together.lt(0).to_type(ScalarType.Float64).mean().item<double>(), null,
                "Share of targets whose logit a step on all examples would lower; near 0 where the kernel fits the model."));
            tally.Features.Stop();
        }, () => tally.Report(MethodName, "logit"));
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        CheckpointScores.MeanOfSelf(run, train, context, (checkpoint, sum, pass) =>
        {
            using var model = new GradientModel(checkpoint.Open(), train, _output, UnsupportedParameters.Skip);
            LastLinear last = LastLinear.Of(model, train, MethodName);
            EachBlock(model, last, train, "examples", pass, (first, features, missing) =>
            {
                int count = (int)features.shape[0];
                Tensor labels = Batches.Labels(train, [.. Enumerable.Range(first, count)]);
                Tensor own = missing.gather(1, labels.unsqueeze(1)).squeeze(1);
                sum.narrow(0, first, count).add_(Kernel(features.square().sum(1)) * own);
            });
        });

    private Tensor Kernel(Tensor products) => ((products - 1) / (_options.Bandwidth * _options.Bandwidth)).exp();

    // For each block of examples: its first index, the features [b, d] of length 1, and what is missing to certainty,
    // −∂ℓ/∂logits = e_y − p, [b, classes]; both fp64, gone after the call.
    private void EachBlock(
        GradientModel model, LastLinear last, ExampleSet set, string stage, MethodContext context,
        Action<int, Tensor, Tensor> use)
    {
        foreach (ExampleBatch part in set.Batches(_options.BatchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (CapturedBatch batch, _) = model.Run(set, part.Indices);
            Tensor features = last.Features(batch);
            Tensor lengths = features.square().sum(1, keepdim: true).sqrt();
            Tensor unit = features / where(lengths.gt(0), lengths, ones_like(lengths));
            Tensor labels = Batches.Labels(set, part.Indices);
            use(part.First, unit, _output.Direction(batch.Logits.to_type(ScalarType.Float64), labels));
            context.Progress?.Report(new MethodProgress(stage, part.End, set.Count, "examples"));
        }
    }
}

/// <summary>Settings of <see cref="TemplateMethod"/>.</summary>
public sealed record TemplateMethodOptions
{
    /// <summary>Width σ of the kernel: features of length 1 at a distance of σ count for 0.61.</summary>
    [Range(0.05, 100.0)]
    public double Bandwidth { get; init; } = 0.5;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 128;
}
