using System.Globalization;
using Tessar.Runs;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Training.Optimizers;

/// <summary>What an optimiser changes, and the rules of the program that hold for any optimiser.</summary>
internal sealed class TrainedParameters
{
    /// <summary>Takes parameters by name; they stay the caller's.</summary>
    /// <exception cref="ArgumentException">There is none, or a tensor is there twice: it would be updated twice.</exception>
    public TrainedParameters(IReadOnlyList<(string Name, Tensor Value)> items)
    {
        if (items.Count == 0)
        {
            throw new ArgumentException(
                "The model has no parameter that training can change: none is registered, or all are frozen. "
                + "Keep its layers in fields and call RegisterComponents(), and let some parameters require a gradient.",
                nameof(items)).ForUser(ErrorKind.InputData);
        }

        Items = items;
        IGrouping<nint, (string Name, Tensor Value)>? twice = items.Where(item => item.Value.numel() > 0)
            .GroupBy(item => TensorStorage.Of(item.Value).Address).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            string names = string.Join("` and `", twice.Select(item => item.Name));
            throw new ArgumentException($"`{names}` are one tensor, which would be updated twice. Pass it once.", nameof(items));
        }
    }

    /// <summary>What a program trains of a model: all that requires a gradient, each tensor once.</summary>
    public static TrainedParameters Of(nn.Module model, TrainingProgram program) =>
        new([.. DistinctParameters.Of(model).Where(p => p.Value.requires_grad).Select(p => (p.Name, (Tensor)p.Value))])
        {
            Seed = program.Seed!.Value,
            DecaysWeightsOnly = program.WeightDecayOn == TrainingProgram.DecayWeights,
            ClipNorm = program.ClipNorm,
        };

    /// <summary>The parameters in the order of the model.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Items { get; }

    /// <summary>The run's seed, for optimisers that draw random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether decay leaves out biases and the parameters of norms: all that have fewer than two axes.</summary>
    public bool DecaysWeightsOnly { get; init; }

    /// <summary>Longest gradient that is taken as it is, in the Euclidean norm over all parameters; null for any.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Keeps gradients or updates in a subspace; null for none.</summary>
    public Projection? Projection { get; init; }

    /// <summary>Numbers in all parameters together.</summary>
    public long Count => Items.Sum(item => item.Value.numel());

    /// <summary>Whether decay acts on a parameter.</summary>
    public bool Decays(int index) => !DecaysWeightsOnly || Items[index].Value.ndim >= 2;

    /// <summary>The parameters' number and size, for messages.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Items.Count} parameters, {Count:N0} numbers");
}
