using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using Tessar.Models;
using Tessar.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>L(θ) = (1/N) Σ_n ℓ(f_θ(x_n), y_n), or the sum without 1/N: what curvature operators are derivatives of.</summary>
/// <remarks>N counts terms: one for each example, unless the examples say otherwise.</remarks>
internal sealed class ModelLoss
{
    private readonly IReadOnlyList<int>? _chosen;

    /// <summary>Puts a loss together; nothing is computed yet.</summary>
    /// <param name="model">f: maps inputs [B, ...] to outputs [B, ...]; stays the caller's, and its mode what it is.</param>
    /// <param name="parameters">θ, of the model.</param>
    /// <param name="loss">ℓ.</param>
    /// <param name="examples">(x_n, y_n).</param>
    /// <param name="settings">Reduction, subset, batches, mode and type; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no examples, or a setting is out of range or doesn't fit the
    /// model.</exception>
    public ModelLoss(
        nn.Module<Tensor, Tensor> model, ParameterVector parameters, IOutputLoss loss, LossExamples examples,
        LossOperatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(examples);
        (Model, Parameters, Loss, Examples) = (model, parameters, loss, examples);
        Settings = settings ?? new LossOperatorSettings();
        _chosen = Settings.Examples;
        Count = _chosen?.Count ?? examples.Count;
        Terms = (_chosen ?? Enumerable.Range(0, examples.Count)).Sum(examples.Terms);
        Check(model, parameters, examples, Settings);
    }

    /// <summary>f.</summary>
    public nn.Module<Tensor, Tensor> Model { get; }

    /// <summary>θ.</summary>
    public ParameterVector Parameters { get; }

    /// <summary>ℓ.</summary>
    public IOutputLoss Loss { get; }

    /// <summary>Where the examples come from, those that don't count included.</summary>
    public LossExamples Examples { get; }

    /// <summary>Reduction, subset, batches, mode and type.</summary>
    public LossOperatorSettings Settings { get; }

    /// <summary>N, how many examples count.</summary>
    public int Count { get; }

    /// <summary>Σ of the terms of the examples that count: what a mean divides by.</summary>
    public double Terms { get; }

    /// <summary>The loss of a trained model over stored examples, in the parameters whose gradient it takes.</summary>
    /// <param name="model">The model; its precision is the type.</param>
    /// <param name="set">The examples, by their place in the set.</param>
    /// <param name="loss">ℓ.</param>
    /// <param name="settings">Reduction, subset, batches and mode; null for the defaults.</param>
    /// <remarks>A label that isn't a class of the model is an error when its batch is loaded.</remarks>
    public static ModelLoss Of(GradientModel model, ExampleSet set, IOutputLoss loss, LossOperatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        return new ModelLoss(
            model.Module, ParameterVector.Of(model.Gradients.Captured, model.Precision), loss,
            new LossExamples(set.Count, numbers => (model.Inputs(set, numbers), model.CheckedLabels(set, numbers)))
            {
                Terms = i => model.Trained.Task.Terms(set, i),
            }, settings);
    }

    /// <summary>The same loss with other settings.</summary>
    public ModelLoss With(LossOperatorSettings settings) => new(Model, Parameters, Loss, Examples, settings);

    /// <summary>The same loss as a function of some of the parameters, with the others held.</summary>
    /// <param name="names">Of parameters or layers.</param>
    public ModelLoss Only(params IReadOnlyList<string> names) => new(Model, Parameters.Only(names), Loss, Examples, Settings);

    /// <summary>Holds the model in the mode that the loss is defined in, until it is disposed of.</summary>
    public ModelMode Enter() => new(Model, Settings.BatchNorm);

    /// <summary>The examples that count, batch by batch; nothing is loaded yet.</summary>
    public IEnumerable<int[]> Batches()
    {
        ExampleBatches batches = _chosen is null ? new(0, Count, Settings.BatchSize) : new([.. _chosen], Settings.BatchSize);
        foreach (ExampleBatch batch in batches)
            yield return batch.Indices.ToArray();
    }

    /// <summary>Inputs and targets of some examples, numbers in the type of the parameters; in the current dispose
    /// scope.</summary>
    public (Tensor Inputs, Tensor Targets) Load(int[] numbers)
    {
        (Tensor inputs, Tensor targets) = Examples.Load(numbers);
        return (Typed(inputs), Typed(targets));
    }

    /// <summary>Turns a sum over all examples into what the reduction makes of it, in place.</summary>
    public Tensor Reduce(Tensor sum) => Settings.Reduction == LossReduction.Mean ? sum.div_(Terms) : sum;

    /// <summary>L(θ).</summary>
    /// <remarks>Cost: one forward pass of all examples.</remarks>
    public double Value()
    {
        using ModelMode mode = Enter();
        using IDisposable still = no_grad();
        double sum = 0;
        foreach (int[] numbers in Batches())
        {
            Settings.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = Load(numbers);
            sum += Loss.Sum(Model.Ask(inputs), targets).to_type(ScalarType.Float64).item<double>();
        }

        return Settings.Reduction == LossReduction.Mean ? sum / Terms : sum;
    }

    /// <summary>∇L(θ).</summary>
    /// <returns>[P]; the caller disposes it.</returns>
    /// <remarks>Cost: one forward and one backward pass of all examples.</remarks>
    public Tensor Gradient()
    {
        using DisposeScope outer = NewDisposeScope();
        using ModelMode mode = Enter();
        Tensor sum = zeros(Parameters.Size, dtype: Parameters.Type);
        foreach (int[] numbers in Batches())
        {
            Settings.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = Load(numbers);
            Tensor[] parts = Autograd.Gradient.Of(Loss.Sum(Model.Ask(inputs), targets), Parameters.Tensors);
            using IDisposable still = no_grad();
            sum.add_(ParameterVector.Join(parts));
        }

        using IDisposable noGradient = no_grad();
        return Reduce(sum).MoveToOuterDisposeScope();
    }

    private Tensor Typed(Tensor values) =>
        values.is_floating_point() && values.dtype != Parameters.Type ? values.to_type(Parameters.Type) : values;

    private static void Check(nn.Module model, ParameterVector parameters, LossExamples examples, LossOperatorSettings settings)
    {
        int count = settings.Examples?.Count ?? examples.Count;
        if (settings.BatchSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(settings), string.Create(
                CultureInfo.InvariantCulture, $"BatchSize is {settings.BatchSize}; required is at least 1."));
        }

        if (count == 0)
            throw new ArgumentException("There are no examples; at least one is needed.", nameof(examples));
        foreach (int number in settings.Examples ?? [])
        {
            if (number < 0 || number >= examples.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(settings), string.Create(
                    CultureInfo.InvariantCulture,
                    $"Examples names number {number}; there are numbers 0 to {examples.Count - 1}."));
            }
        }

        if (settings.Type is { } type && type != parameters.Type)
        {
            throw new ArgumentException(
                $"Type is {type}, but the parameters are {parameters.Type}. Convert the model with model.to(ScalarType.{type}) "
                + $"first, a copy if it is still needed.",
                nameof(settings));
        }

        if (settings.BatchNorm == BatchNormMode.BatchStatistics && count % settings.BatchSize is var rest
            && (rest == 1 || settings.BatchSize == 1)
            && ModelMode.BatchNorms(model).Select(named => named.Name).FirstOrDefault() is { } layer)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{count} examples in batches of {settings.BatchSize} leave a batch of one, which batch norm layer {layer} "
                + $"can't take statistics of. ")
                + "Choose a BatchSize that leaves none, or BatchNormMode.Evaluation.", nameof(settings));
        }
    }
}
