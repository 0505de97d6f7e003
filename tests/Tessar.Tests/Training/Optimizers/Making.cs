using Tessar.Autograd;
using Tessar.Runs;
using Tessar.Tensors;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>Optimisers by name, and losses for them.</summary>
internal static class Making
{
    public static Optimizer Make(string name, TrainedParameters parameters, params (string Name, double Value)[] given)
    {
        List<string> violations = [];
        NamedSettings settings = Optimizer.Choices.Resolve(
            name, given.Select(pair => new KeyValuePair<string, double?>(pair.Name, pair.Value)), violations);
        Assert.Empty(violations);
        return Optimizer.Choices.Create(settings, parameters);
    }

    public static Optimizer Make(
        string name, (string Name, Tensor Value)[] parameters, params (string Name, double Value)[] given) =>
        Make(name, new TrainedParameters(parameters), given);

    /// <summary>The averaged weights, or those that are trained.</summary>
    public static Tensor[] Weights(Optimizer optimizer)
    {
        Tensor[] weights = [.. optimizer.Parameters.Items.Select(p => p.Value.detach().clone())];
        for (int i = 0; i < weights.Length; i++)
            optimizer.AveragedWeights?.Average(i, weights[i].clone(), weights[i]);
        return weights;
    }

    public static byte[][] Bits(Optimizer optimizer) =>
        [.. optimizer.Parameters.Items.Select(p => p.Value.detach().contiguous().bytes.ToArray())];

    public static void Save(Optimizer optimizer, string path) => StateDict.Save(optimizer.State, path, metadata: null);

    public static void Load(Optimizer optimizer, string path, long updates)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        optimizer.ExpectState(updates);
        StateDict.Load(optimizer.State, file);
        optimizer.StateLoaded();
    }
}

/// <summary>A loss given as a function of the parameters, differentiated by libtorch.</summary>
internal sealed class Loss(Tensor[] parameters, Func<Tensor> loss) : IObjective
{
    public int Looks { get; private set; }

    public IReadOnlyList<Tensor?> Gradients()
    {
        Looks++;
        return Gradient.OfUsed(loss(), parameters);
    }

    double IObjective.Loss()
    {
        Looks++;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return loss().to(float64).item<double>();
    }
}

/// <summary>Gradients that are told, one set per look.</summary>
internal sealed class Told(Func<int, IReadOnlyList<Tensor?>> gradients) : IObjective
{
    private int _looks;

    public IReadOnlyList<Tensor?> Gradients() => gradients(_looks++);

    double IObjective.Loss() => throw new InvalidOperationException("Only gradients are told.");
}
