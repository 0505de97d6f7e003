using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Tensors;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Pipeline;
using Tessar.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Training;

/// <summary>Tries a model under the conditions of its training before a run is made of it.</summary>
/// <remarks>
/// On a second copy, which is thrown away, so that the training is the same with and without the trial: forward and backward in
/// training mode on the first and the last batch of the first epoch, forward in evaluation mode on batches as the test set is
/// cut. Models of the zoo are known, so of them only a batch of one is tried.
/// </remarks>
internal sealed class StartCheck
{
    private const string Where = "in a trial before the training";

    private readonly ModelSource _source;
    private readonly TrainingProgram _program;
    private readonly ExampleSet _train;
    private readonly ExampleSet _test;
    private readonly ITask _task;

    private StartCheck(ModelSource source, TrainingProgram program, ExampleSet train, ExampleSet test)
    {
        (_source, _program, _train, _test) = (source, program, train, test);
        _task = TaskCatalog.Of(program.Task, train.Store);
    }

    private bool NeedsGradients => Optimizer.Choices.Describe(_program.Optimizer!.Name).Backward > 0;

    /// <summary>Finds out how a model wants its inputs, and that it can be trained at all.</summary>
    /// <param name="source">The model.</param>
    /// <param name="program">How it will be trained; if it says how the model is fed, that is tried.</param>
    /// <param name="train">What it will be trained on.</param>
    /// <param name="test">What it will be tested on.</param>
    /// <param name="isWholeBatch">Whether only a whole batch is tried, because the last one isn't known yet.</param>
    /// <returns>How it is to be fed.</returns>
    /// <exception cref="TessarException">It can't be trained; names the model, the batch, the reason and what to do.</exception>
    public static ModelFeed Of(
        ModelSource source, TrainingProgram program, ExampleSet train, ExampleSet test, bool isWholeBatch = false)
    {
        var check = new StartCheck(source, program, train, test);
        if (!isWholeBatch)
            BatchOfOne(source, program, train);
        return source.IsOwn ? check.Find(isWholeBatch) : ModelFeed.Ordinary;
    }

    /// <summary>Refuses to normalise over a batch of one number, whose variance doesn't exist.</summary>
    /// <inheritdoc cref="Of"/>
    public static void BatchOfOne(ModelSource source, TrainingProgram program, ExampleSet train)
    {
        int size = program.BatchSize!.Value;
        var check = new StartCheck(source, program, train, train);
        if (EpochCut.LastBatch(train.Count, size, program.LastBatch) != 1 || !check.NeedsGradients)
            return;
        using Module<Tensor, Tensor> module = check.Build(program.Feed).Module;
        if (!module.modules().Any(layer => layer is NormBase))
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var trial = new ModelTrial(module, source.Name);
        module.train();
        trial.Ask(Batches.Inputs(train, [0], program.Input), Where);
        if (trial.LonelyBatchNorm is not { } layer)
            return;
        string batch = train.Count == 1 || size == 1
            ? "every batch holds one example"
            : "the last batch of an epoch holds one example";
        string remedy = train.Count == 1 ? "Train on more examples." : size == 1 ? "Choose batches of at least 2."
            : "Choose another batch size, or have the last batch dropped or merged into the one before it (last-batch "
                + "drop or merge).";
        throw Refuse(
            string.Create(
                CultureInfo.InvariantCulture, $"Layer {layer} of model `{source.Name}` is a batch normalisation, but {batch} ")
            + string.Create(CultureInfo.InvariantCulture, $"({train.Count} examples in batches of {size}): ")
            + $"one number has no variance, and its running variance would become NaN. {remedy}");
    }

    private (Module<Tensor, Tensor> Module, ModelFeed Feed) Build(ModelFeed? feed) =>
        _source.Build(_program.Input, _task, _program.Seed!.Value, feed);

    private ModelFeed Find(bool isWholeBatch)
    {
        (Module<Tensor, Tensor> module, ModelFeed feed) = Build(_program.Feed);
        using (module)
        {
            try
            {
                return feed with { Copies = Try(module, feed, isWholeBatch) || feed.Copies };
            }
            catch (TessarException) when (!feed.ChannelsFirst && _program.Feed is null)
            {
                // Tried below in the other order; what is wrong besides the order fails again, and is told then.
            }
        }

        feed = feed with { ChannelsFirst = true };
        using Module<Tensor, Tensor> again = Build(feed).Module;
        return feed with { Copies = Try(again, feed, isWholeBatch) || feed.Copies };
    }

    /// <summary>Tries everything. Returns whether the model changes its input.</summary>
    private bool Try(Module<Tensor, Tensor> module, ModelFeed feed, bool isWholeBatch)
    {
        using var scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true);
        using var trial = new ModelTrial(module, _source.Name);
        if (!module.parameters().Any(parameter => parameter.requires_grad))
            throw NothingToTrain(module);
        Tensor[] parameters = [.. TrainedParameters.Of(module, _program).Items.Select(item => item.Value)];
        module.train(NeedsGradients);
        foreach ((Tensor inputs, Tensor targets) in TrainingBatches(feed, isWholeBatch))
        {
            using var batch = NewDisposeScope();
            TorchSeed.Set(_program.Seed!.Value, "step");
            Tensor loss = _task.Training(0).Mean(Answer(trial, inputs), targets);
            CheckFinite(module, loss, inputs);
            if (NeedsGradients)
                CheckGradient(loss, parameters);
        }

        module.eval();
        using var noGradient = no_grad();
        int[] sizes = [Math.Min(Predictor.BatchSize, _test.Count), _test.Count % Predictor.BatchSize];
        foreach (int size in sizes.Where(size => size > 0).Distinct())
        {
            using var batch = NewDisposeScope();
            Answer(trial, Batches.Inputs(_test, [.. Enumerable.Range(0, size)], _program.Input));
        }

        return trial.ChangesInput;
    }

    private List<(Tensor Inputs, Tensor Targets)> TrainingBatches(ModelFeed feed, bool isWholeBatch)
    {
        using var loader = new ExampleLoader(LoaderPlan.Of(_train, _program with { Feed = feed.Recorded }, workers: 0));
        long steps = _program.StepsPerEpoch(_train.Count);
        List<(Tensor, Tensor)> found = [];
        foreach (long step in new[] { 0, isWholeBatch ? 0 : steps - 1 }.Distinct())
        {
            LoaderEpoch epoch = loader.Epoch(0, step * _program.BatchSize!.Value);
            if (!epoch.MoveNext())
                throw new InvalidOperationException($"The first epoch has no batch {step}.");
            using LoadedBatch batch = epoch.Current;
            found.Add((batch.Inputs.clone(), _task.Targets(_train, batch.Indices)));
        }

        return found;
    }

    private Tensor Answer(ModelTrial trial, Tensor inputs)
    {
        long[] expected = _task.AnswerShape(inputs.shape);
        string asked = Shape.Of(inputs);
        Tensor answer = trial.Ask(inputs, Where);
        if (!answer.shape.AsSpan().SequenceEqual(expected) || answer.dtype != ScalarType.Float32)
        {
            throw Refuse(
                $"Model `{_source.Name}` answers {answer.dtype} {Shape.Of(answer)} to a batch {asked}; Float32 "
                + $"{Shape.Text(expected)} is required. "
                + "Correct its forward method for batches of this size, or choose another batch size.");
        }

        return answer;
    }

    private void CheckFinite(Module<Tensor, Tensor> module, Tensor loss, Tensor inputs)
    {
        if (!double.IsFinite(loss.item<float>()))
        {
            throw new NumericalException(
                $"Model `{_source.Name}` doesn't answer {Shape.Of(inputs)} with finite numbers, with the weights it "
                + "starts from. Look for a division by "
                + "zero, a logarithm or a square root in its forward method, or for an initialisation that is too large.");
        }

        foreach ((string name, Tensor buffer) in module.named_buffers())
        {
            if (buffer.is_floating_point() && !buffer.isfinite().all().item<bool>())
            {
                throw new NumericalException(
                    $"`{name}` of model `{_source.Name}` isn't finite after one batch {Shape.Of(inputs)} in training "
                    + "mode. A statistic over a single number "
                    + "has no variance: choose another batch size, or have the last batch dropped or merged "
                    + "(last-batch drop or merge).");
            }
        }
    }

    private void CheckGradient(Tensor loss, Tensor[] parameters)
    {
        if (loss.requires_grad && Gradient.OfUsed(loss, parameters).Any(gradient => gradient is not null))
            return;
        throw Refuse(
            $"The answer of model `{_source.Name}` doesn't depend on any parameter that is trained. Use its layers in "
            + "forward, and don't detach what they "
            + "return; or choose an optimiser that needs no gradient, such as mezo.");
    }

    private TessarException NothingToTrain(Module<Tensor, Tensor> module)
    {
        UnregisteredState.Of(module).ThrowIfTrainable(_source.Name); // names them
        long frozen = module.parameters().Count();
        return Refuse(frozen > 0
            ? $"Model `{_source.Name}` has nothing to train: all its {frozen} parameters have requires_grad = false. "
                + "Leave some of them trainable."
            : $"Model `{_source.Name}` has nothing to train: no parameter is registered. Call RegisterComponents() at "
                + "the end of its constructor.");
    }

    private static TessarException Refuse(string message) => new(message, ErrorKind.InputData);
}
