using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Holds a model in the mode that a curvature is defined in, with gradients on, and gives it back as it was.</summary>
internal sealed class ModelMode : IDisposable
{
    private readonly List<(nn.Module Module, bool WasTraining)> _flags = [];
    private readonly List<(NormBase Layer, Tensor? Mean, Tensor? Variance, Tensor? Count)> _statistics = [];
    private readonly IDisposable _gradients;

    /// <summary>Puts a model into the mode.</summary>
    /// <param name="model">Stays the caller's.</param>
    /// <param name="batchNorm">What batch norm divides by.</param>
    public ModelMode(nn.Module model, BatchNormMode batchNorm)
    {
        foreach ((_, nn.Module module) in Modules(model))
            _flags.Add((module, module.training));
        if (_flags.Exists(flag => flag.WasTraining))
            model.eval();
        _gradients = set_grad_enabled(true);
        if (batchNorm == BatchNormMode.Evaluation)
            return;
        foreach ((_, NormBase layer) in BatchNorms(model))
        {
            _statistics.Add((layer, Kept(layer.running_mean), Kept(layer.running_var), Kept(layer.num_batches_tracked)));
            layer.train();
        }
    }

    /// <summary>The batch norm layers of a model with their names.</summary>
    public static IEnumerable<(string Name, NormBase Layer)> BatchNorms(nn.Module model) => Modules(model)
        .Where(named => named.Module is BatchNorm1d or BatchNorm2d or BatchNorm3d)
        .Select(named => (named.Name, (NormBase)named.Module));

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradients.Dispose();
        using IDisposable still = no_grad();
        foreach ((NormBase layer, Tensor? mean, Tensor? variance, Tensor? count) in _statistics)
        {
            Restore(layer.running_mean, mean);
            Restore(layer.running_var, variance);
            Restore(layer.num_batches_tracked, count);
        }

        // A module's flag is set with those of all below it, so parents come first.
        foreach ((nn.Module module, bool wasTraining) in _flags)
        {
            if (module.training != wasTraining)
                module.train(wasTraining);
        }
    }

    private static IEnumerable<(string Name, nn.Module Module)> Modules(nn.Module model) =>
        model.named_modules().Select(named => (named.name, named.module)).Where(named => !ReferenceEquals(named.module, model))
            .Prepend(("model", model));

    private static Tensor? Kept(Tensor? statistic) => statistic?.clone().DetachFromDisposeScope();

    private static void Restore(Tensor? statistic, Tensor? kept)
    {
        if (kept is null)
            return;
        statistic?.copy_(kept);
        kept.Dispose();
    }
}
