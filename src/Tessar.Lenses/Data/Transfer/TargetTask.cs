using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>
/// A task that source models are transferred to: a linear probe on their last hidden features is trained and asked.
/// </summary>
/// <param name="train">What the probe is trained on.</param>
/// <param name="test">m targets.</param>
/// <param name="output">What is looked at of the answers.</param>
/// <param name="penalty">λ of the probe, above 0.</param>
internal sealed class TargetTask(ExampleSet train, ExampleSet test, TransferOutput output, double penalty)
{
    /// <summary>f(t) of each target and the accuracy, for one source model.</summary>
    public (double[] Outputs, double Accuracy) Of(CheckpointView source, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor trainLabels = Batches.Labels(train, [.. Enumerable.Range(0, train.Count)]), testLabels = Batches.Labels(
            test, [.. Enumerable.Range(0, test.Count)]);
        Tensor features = HiddenFeatures.Of(source, train, cancellation);
        using var probe = new LinearProbe(features, trainLabels, train.Store.ClassNames.Count, penalty, cancellation);
        Tensor logits = probe.Logits(HiddenFeatures.Of(source, test, cancellation));
        Tensor values = output == TransferOutput.Margin
            ? new ClassificationMargin().Value(logits, testLabels)
            : logits.softmax(1).gather(1, testLabels.unsqueeze(1)).squeeze(1);
        double accuracy = logits.argmax(1).eq(testLabels).to_type(ScalarType.Float64).mean().item<double>();
        return (values.data<double>().ToArray(), accuracy);
    }
}

/// <summary>What is looked at of a transferred model's answer.</summary>
internal enum TransferOutput
{
    /// <summary>log(p / (1 − p)) of the target's label.</summary>
    Margin,

    /// <summary>p of the target's label.</summary>
    Probability,
}
