using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Inputs;
using Tessar.Operators.Kronecker;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>A checkpoint on a train set.</summary>
/// <param name="model">The checkpoint; owned.</param>
/// <param name="blocks">Its blocks.</param>
/// <param name="train">The examples.</param>
/// <param name="labels">Whether labels are drawn.</param>
/// <param name="seed">Seed of the draws.</param>
internal sealed class CheckpointSource(
    GradientModel model, CurvatureBlocks blocks, ExampleSet train, CurvatureLabels labels, ulong seed) : CurvatureSource
{
    private readonly IOutputLoss _loss = model.Trained.Task.Loss;

    public override CurvatureBlocks Blocks => blocks;

    public override CapturedBatch Run(int first, int count, int pass)
    {
        int[] indices = [.. Enumerable.Range(first, count)];
        Tensor inputs = Batches.Inputs(train, indices, model.Trained.Input);
        if (labels == CurvatureLabels.True)
        {
            Tensor own = model.CheckedLabels(train, indices);
            return model.Gradients.Capture(inputs, outputs => _loss.Gradient(outputs, own).neg_());
        }

        long[] keys = LabelDraws.Keys(inputs);
        return model.Gradients.Capture(inputs, outputs =>
        {
            using Tensor drawn = _loss.Draw(outputs, LabelDraws.Streams(keys, seed, model.CheckpointNumber, pass));
            return _loss.Gradient(outputs, drawn).neg_();
        });
    }

    public override void Dispose()
    {
        model.Dispose();
        base.Dispose();
    }
}
