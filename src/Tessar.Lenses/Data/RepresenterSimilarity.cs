using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <summary>
/// Compares what the last Linear layer sees of each training example and of a target: a baseline without gradients.
/// </summary>
/// <remarks>
/// With h the input of the last Linear layer: score[i, j] = α_i s(h_i, h_j), s a similarity. The representer weight is
/// α_i = −∂ℓ_i/∂(logit of q_j's label) = [y_i = y_j] − p_i(y_j): an example of the target's class raises its logit, one of
/// another class lowers it. With the dot product these are the representer points of the last layer, up to one factor 1/(2λn) for
/// all. Several runs are averaged. Source: Yeh et al., arXiv:1811.09720, theorem 3.1.
/// </remarks>
[Method(
    "data/representer-similarity", Paper = "arXiv:1811.09720", Cost = "n + m forward passes and n·m·d for d features; no disk",
    BestFor = "a first look: which training examples does the model see as alike")]
public sealed class RepresenterSimilarity(RepresenterSimilarityOptions options) : IAttributionMethod
{
    private readonly RepresenterSimilarityOptions _options = options.Checked();
    private const string MethodName = "data/representer-similarity";

    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        var tally = new ScoreTally(context);
        long zero = 0;
        return CheckpointScores.Mean(run, train, targets, context, (checkpoint, sum, pass) =>
        {
            tally.Features.Start();
            using var model = new GradientModel(checkpoint.Open(), train, Residual(run), UnsupportedParameters.Skip);
            LastLinear last = LastLinear.Of(model, train, MethodName);
            tally.Computed += train.Count;
            Tensor right = cat([.. Blocks(model, last, targets, "targets", pass).Select(block => block.Features)], 0);
            Tensor classes = Tessar.Inputs.Batches.Labels(targets, [.. Enumerable.Range(0, targets.Count)]);
            int first = 0;
            foreach ((Tensor left, Tensor alpha) in Blocks(model, last, train, "examples", pass))
            {
                using DisposeScope block = NewDisposeScope();
                Tensor scores = Similarity(left, right);
                if (_options.Weighting == RepresenterWeighting.Representer)
                    scores = scores * alpha.index_select(1, classes);
                sum.narrow(0, first, left.shape[0]).add_(scores);
                zero += _options.Similarity == FeatureSimilarity.Cosine ? left.abs().sum(1).eq(0).sum().item<long>() : 0;
                first += (int)left.shape[0];
                left.Dispose();
                alpha.Dispose();
            }

            tally.Features.Stop();
        }, () =>
        {
            if (zero > 0)
                tally.Remark(string.Create(
                    CultureInfo.InvariantCulture, $"{zero} train examples have no feature above zero; their cosines are 0."));
            return tally.Report(MethodName, _options.Weighting == RepresenterWeighting.Representer ? "logit" : "none");
        });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context) =>
        CheckpointScores.MeanOfSelf(run, train, context, (checkpoint, sum, pass) =>
        {
            using var model = new GradientModel(checkpoint.Open(), train, Residual(run), UnsupportedParameters.Skip);
            LastLinear last = LastLinear.Of(model, train, MethodName);
            int first = 0;
            foreach ((Tensor features, Tensor alpha) in Blocks(model, last, train, "examples", pass))
            {
                using DisposeScope block = NewDisposeScope();
                int count = (int)features.shape[0];
                Tensor own = features.square().sum(1);
                Tensor similarity = _options.Similarity switch
                {
                    FeatureSimilarity.Dot => own,
                    FeatureSimilarity.Cosine => own.gt(0).to_type(ScalarType.Float64),
                    _ => ones_like(own),
                };
                Tensor labels = Tessar.Inputs.Batches.Labels(train, [.. Enumerable.Range(first, count)]);
                if (_options.Weighting == RepresenterWeighting.Representer)
                    similarity = similarity * alpha.gather(1, labels.unsqueeze(1)).squeeze(1);
                sum.narrow(0, first, count).add_(similarity);
                first += count;
                features.Dispose();
                alpha.Dispose();
            }
        });

    // Its direction is −∂ℓ/∂outputs. The target's class chooses one of these.
    private OutputFunction Residual(RunView run)
    {
        if (_options.Weighting == RepresenterWeighting.Representer)
            run.Task.AsClasses("weighting=representer");
        return run.Task.Output(TargetOutput.NegativeLoss);
    }

    // Features [b, d] and −∂ℓ/∂logits [b, classes], both fp64; whoever iterates disposes them.
    private IEnumerable<(Tensor Features, Tensor Alpha)> Blocks(
        GradientModel model, LastLinear last, ExampleSet set, string stage, MethodContext context)
    {
        foreach (ExampleBatch part in set.Batches(_options.BatchSize))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            yield return Block(model, last, set, part.Indices);
            context.Progress?.Report(new MethodProgress(stage, part.End, set.Count, "examples"));
        }
    }

    private static (Tensor Features, Tensor Alpha) Block(
        GradientModel model, LastLinear last, ExampleSet set, ReadOnlySpan<int> indices)
    {
        using DisposeScope scope = NewDisposeScope();
        (CapturedBatch batch, _) = model.Run(set, indices);
        Tensor targets = model.CheckedLabels(set, indices);
        Tensor alpha = model.Output.Direction(batch.Logits.to_type(ScalarType.Float64), targets);
        Tensor features = last.Features(batch);
        int bad = Array.IndexOf(features.isfinite().all(1).data<bool>().ToArray(), false);
        if (bad >= 0)
        {
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"The input of layer {last.Name} isn't finite for example {set.Split}:{set.First + indices[bad]}. ")
                + "Look at this example, and for overflow in the layers before.");
        }

        return (features.MoveToOuterDisposeScope(), alpha.MoveToOuterDisposeScope());
    }

    private Tensor Similarity(Tensor left, Tensor right)
    {
        Tensor dots = left.mm(right.t());
        Tensor leftSquares = left.square().sum(1, keepdim: true), rightSquares = right.square().sum(1).unsqueeze(0);
        return _options.Similarity switch
        {
            FeatureSimilarity.Dot => dots,
            // 0 / tiny = 0 for an example without features.
            FeatureSimilarity.Cosine => dots / (leftSquares * rightSquares).sqrt().clamp_min(double.Epsilon * 1e16),
            _ => 1 / (1 + (leftSquares + rightSquares - 2 * dots).clamp_min(0).sqrt()),
        };
    }
}

/// <summary>Settings of <see cref="RepresenterSimilarity"/>.</summary>
public sealed record RepresenterSimilarityOptions
{
    /// <summary>How alike two examples are: the product of their features, its cosine, or 1/(1 + distance).</summary>
    public FeatureSimilarity Similarity { get; init; } = FeatureSimilarity.Dot;

    /// <summary>
    /// What the similarity is multiplied by: nothing, or −∂ℓ/∂logit of the target's class as for representer points, which gives
    /// it a sign.
    /// </summary>
    public RepresenterWeighting Weighting { get; init; } = RepresenterWeighting.Representer;

    /// <summary>Examples per forward pass.</summary>
    [Range(1, 1 << 16)]
    public int BatchSize { get; init; } = 128;
}

/// <summary>How alike two examples are to <see cref="RepresenterSimilarity"/>.</summary>
public enum FeatureSimilarity
{
    /// <summary>The cosine of the angle between the features.</summary>
    Cosine,

    /// <summary>The product of the features.</summary>
    Dot,

    /// <summary>1/(1 + distance of the features).</summary>
    Euclidean,
}

/// <summary>What <see cref="RepresenterSimilarity"/> multiplies similarities by.</summary>
public enum RepresenterWeighting
{
    /// <summary>Nothing: similarity has no sign.</summary>
    None,

    /// <summary>−∂ℓ/∂logit of the target's class.</summary>
    Representer,
}
