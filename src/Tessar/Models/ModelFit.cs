using Tessar.Inputs;
using Tessar.Tasks;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Models;

/// <summary>
/// Whether a module takes the inputs of a data set and answers with one logit per class, and how it wants them.
/// </summary>
internal static class ModelFit
{
    private const int Examples = 2; // two, so that a forgotten batch axis shows

    /// <summary>
    /// Sends two examples of noise through the module in evaluation mode, compares shapes, and sees to it that it is fed well.
    /// </summary>
    /// <param name="module">The module; its training flag is as before afterwards.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="input">What it is given.</param>
    /// <param name="task">What it has to answer.</param>
    /// <param name="feed">How it is to be fed, when that is known; null to find out.</param>
    /// <returns>How it is fed.</returns>
    /// <exception cref="TessarException">
    /// The forward pass failed, or the output isn't float32 of the task's shape, which is [2, classes] for classes.
    /// </exception>
    /// <remarks>
    /// They lie in memory as those of training do. A module that fails on them gets contiguous ones; one that changes them in
    /// place gets copies. Noise, because blank inputs hide both.
    /// </remarks>
    public static ModelFeed Check(Module<Tensor, Tensor> module, string name, ModelInput input, ITask task, ModelFeed? feed)
    {
        bool wasTraining = module.training;
        module.eval();
        try
        {
            ModelFeed found = feed ?? Find(module, name, input, task);
            found.ApplyTo(module);
            if (feed is not null || found != ModelFeed.Ordinary)
                Try(module, name, input, task); // fed as it will be
            return found;
        }
        finally
        {
            module.train(wasTraining);
        }
    }

    private static ModelFeed Find(Module<Tensor, Tensor> module, string name, ModelInput input, ITask task)
    {
        try
        {
            (bool changes, bool isUnsafe) = Try(module, name, input, task);
            return new ModelFeed(isUnsafe || UserAssembly.Mentions(module.GetType().Assembly, "group_norm"), changes);
        }
        catch (TessarException)
        {
            // Tried once more in the other order; what is wrong besides the order fails again, and is told then.
            (bool changes, _) = Try(module, name, input, task, isContiguous: true);
            return new ModelFeed(ChannelsFirst: true, changes);
        }
    }

    private static (bool ChangesInput, bool IsUnsafe) Try(
        Module<Tensor, Tensor> module, string name, ModelInput input, ITask task, bool isContiguous = false)
    {
        using var scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true); // what a layer meets in training
        using var trial = new ModelTrial(module, name);
        Tensor batch = input.Noise(Examples);
        if (isContiguous)
            batch = ImageLayout.ChannelsFirst(batch);
        long[] shape = batch.shape;
        Tensor output = Answer(trial, name, batch, input);
        long[] expected = task.AnswerShape(shape);
        int outputs = task.Outputs.Count;
        if (!output.shape.AsSpan().SequenceEqual(expected))
        {
            throw Misfit(
                $"Model `{name}` turns {input.Noun} {Shape.Text(shape)} into {Shape.Text(output.shape)}; the data has "
                + $"{outputs} classes, "
                + $"so {Shape.Text(expected)} is required. Give its last layer {outputs} outputs, or choose other data.");
        }

        if (output.dtype != ScalarType.Float32)
            throw Misfit(
                $"Model `{name}` answers in {output.dtype}; Float32 is required. Convert its output with .to(torch.float32).");
        return (trial.ChangesInput, trial.MeetsUnsafeGroupNorm);
    }

    private static Tensor Answer(ModelTrial trial, string name, Tensor batch, ModelInput input)
    {
        long[] shape = batch.shape;
        try
        {
            return trial.Ask(batch);
        }
        catch (TessarException e) when (e.InnerException is { } cause)
        {
            throw Misfit(
                $"Model `{name}` doesn't take {input.Noun} of shape {Shape.Text(shape)} ({input.Axes}): "
                + $"{FirstLine.Of(cause).TrimEnd('.')} ({cause.GetType().Name}). Choose a model made for this size, or "
                + "other data.", cause);
        }
    }

    private static TessarException Misfit(string message, Exception? inner = null) => new(message, ErrorKind.InputData, inner);
}
