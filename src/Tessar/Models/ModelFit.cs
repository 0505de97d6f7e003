using Tessar.Examples;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>Whether a module takes the images of a data set and answers with one logit per class.</summary>
internal static class ModelFit
{
    /// <summary>Sends two blank images through the module in evaluation mode, without gradients, and compares shapes.</summary>
    /// <exception cref="TessarException">The forward pass failed, or the output isn't float32 [2, classes].</exception>
    /// <remarks>The module's training flag is as before afterwards. Two images, so that a forgotten batch axis shows.</remarks>
    public static void Check(Module<Tensor, Tensor> module, string name, ImageShape image, int classes)
    {
        bool wasTraining = module.training;
        long[] inputShape = [2, image.Channels, image.Height, image.Width];
        module.eval();
        try
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            Tensor output = Forward(module, name, zeros(inputShape), inputShape);
            long[] expected = [2, classes];
            if (!output.shape.AsSpan().SequenceEqual(expected))
            {
                throw Misfit(
                    $"Model `{name}` turns images {Shape.Text(inputShape)} into {Shape.Text(output.shape)}; the data has {classes} classes, "
                    + $"so {Shape.Text(expected)} is required. Give its last layer {classes} outputs, or choose other data.");
            }

            if (output.dtype != ScalarType.Float32)
                throw Misfit($"Model `{name}` answers in {output.dtype}; Float32 is required. Convert its output with .to(torch.float32).");
        }
        finally
        {
            module.train(wasTraining);
        }
    }

    private static Tensor Forward(Module<Tensor, Tensor> module, string name, Tensor input, long[] inputShape)
    {
        try
        {
            return module.call(input);
        }
        catch (Exception e) when (e is not (TessarException or OutOfMemoryException))
        {
            // The code of a user's model may throw anything.
            throw Misfit(
                $"Model `{name}` doesn't take images of shape {Shape.Text(inputShape)} ([batch, channels, height, width]): "
                + $"{FirstLine.Of(e).TrimEnd('.')} ({e.GetType().Name}). Choose a model made for this size, or other data.", e);
        }
    }

    private static TessarException Misfit(string message, Exception? inner = null) => new(message, ErrorKind.InputData, inner);
}
