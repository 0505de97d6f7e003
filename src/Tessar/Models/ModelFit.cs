using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>
/// Whether a module takes the images of a data set and answers with one logit per class, and how it wants them.
/// </summary>
internal static class ModelFit
{
    private const int Images = 2; // two, so that a forgotten batch axis shows
    private const int Period = 4096;

    /// <summary>
    /// Sends two images of noise through the module in evaluation mode, compares shapes, and sees to it that it is fed well.
    /// </summary>
    /// <param name="module">The module; its training flag is as before afterwards.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="image">Size of the images.</param>
    /// <param name="classes">Number of logits.</param>
    /// <param name="feed">How it is to be fed, when that is known; null to find out.</param>
    /// <returns>How it is fed.</returns>
    /// <exception cref="TessarException">The forward pass failed, or the output isn't float32 [2, classes].</exception>
    /// <remarks>
    /// The images lie in memory as those of training do, channels last. A module that fails on them gets them channels first;
    /// one that
    /// changes them in place gets copies. Noise, because blank images hide both.
    /// </remarks>
    public static ModelFeed Check(Module<Tensor, Tensor> module, string name, ImageShape image, int classes, ModelFeed? feed)
    {
        bool wasTraining = module.training;
        module.eval();
        try
        {
            ModelFeed found = feed ?? Find(module, name, image, classes);
            found.ApplyTo(module);
            if (feed is not null || found != ModelFeed.Ordinary)
                Try(module, name, image, classes); // fed as it will be
            return found;
        }
        finally
        {
            module.train(wasTraining);
        }
    }

    private static ModelFeed Find(Module<Tensor, Tensor> module, string name, ImageShape image, int classes)
    {
        try
        {
            (bool changes, bool isUnsafe) = Try(module, name, image, classes);
            return new ModelFeed(isUnsafe || UserAssembly.Mentions(module.GetType().Assembly, "group_norm"), changes);
        }
        catch (TessarException)
        {
            // Tried once more in the other order; what is wrong besides the order fails again, and is told then.
            (bool changes, _) = Try(module, name, image, classes, channelsFirst: true);
            return new ModelFeed(ChannelsFirst: true, changes);
        }
    }

    private static (bool ChangesInput, bool IsUnsafe) Try(
        Module<Tensor, Tensor> module, string name, ImageShape image, int classes, bool channelsFirst = false)
    {
        using var scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true); // what a layer meets in training
        using var trial = new ModelTrial(module, name);
        Tensor input = Noise(image);
        if (channelsFirst)
            input = ImageLayout.ChannelsFirst(input);
        long[] inputShape = input.shape;
        Tensor output = Answer(trial, name, input, inputShape);
        long[] expected = [Images, classes];
        if (!output.shape.AsSpan().SequenceEqual(expected))
        {
            throw Misfit(
                $"Model `{name}` turns images {Shape.Text(inputShape)} into {Shape.Text(output.shape)}; the data has "
                + $"{classes} classes, "
                + $"so {Shape.Text(expected)} is required. Give its last layer {classes} outputs, or choose other data.");
        }

        if (output.dtype != ScalarType.Float32)
            throw Misfit(
                $"Model `{name}` answers in {output.dtype}; Float32 is required. Convert its output with .to(torch.float32).");
        return (trial.ChangesInput, trial.MeetsUnsafeGroupNorm);
    }

    private static Tensor Answer(ModelTrial trial, string name, Tensor input, long[] inputShape)
    {
        try
        {
            return trial.Ask(input);
        }
        catch (TessarException e) when (e.InnerException is { } cause)
        {
            throw Misfit(
                $"Model `{name}` doesn't take images of shape {Shape.Text(inputShape)} ([batch, channels, height, width]): "
                + $"{FirstLine.Of(cause).TrimEnd('.')} ({cause.GetType().Name}). Choose a model made for this size, or "
                + "other data.", cause);
        }
    }

    // Numbers of mean 0 and variance 1, as normalised images have, that repeat: what they are doesn't matter.
    private static Tensor Noise(ImageShape image)
    {
        var stream = new RandomStream(0, "model check");
        var period = new float[Period];
        for (int i = 0; i < period.Length; i++)
            period[i] = (stream.NextSingle() - 0.5f) * 3.4641f;
        var numbers = new float[Images * image.Size];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = period[i % Period];
        Tensor input = ImageLayout.ChannelsLast(Images, image);
        using Tensor values = tensor(numbers);
        using Tensor shaped = values.reshape(input.shape);
        using IDisposable noGradient = no_grad();
        return input.copy_(shaped);
    }

    private static TessarException Misfit(string message, Exception? inner = null) => new(message, ErrorKind.InputData, inner);
}
