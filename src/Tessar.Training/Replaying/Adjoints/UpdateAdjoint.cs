using Tessar.Runs;
using Tessar.Training.Optimizers;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying.Adjoints;

/// <summary>
/// Runs one update of an optimiser backwards: from derivatives by the state after it to those by the state before it.
/// </summary>
/// <remarks>
/// Two halves, because the gradient stands between them: <see cref="ThroughState"/> gives c = ∂F/∂g, the caller takes the
/// gradient's own derivatives along c (∂⟨g, c⟩/∂θ, ∂⟨g, c⟩/∂w), and <see cref="ThroughWeights"/> adds the first of them.
/// </remarks>
internal abstract class UpdateAdjoint
{
    /// <summary>Names of the optimisers whose updates can be run backwards.</summary>
    public static IReadOnlyList<string> Known { get; } = ["sgd", "adamw", "adam"];

    /// <summary>The adjoint of a program's optimiser.</summary>
    /// <param name="parameters">What it trains.</param>
    /// <param name="optimizer">Its numbers.</param>
    public static UpdateAdjoint For(TrainedParameters parameters, NamedSettings optimizer) => optimizer.Name switch
    {
        "sgd" => new MomentumAdjoint(parameters, optimizer),
        "adamw" => new MomentsAdjoint(parameters, optimizer, isDecoupled: true),
        "adam" => new MomentsAdjoint(parameters, optimizer, isDecoupled: false),
        _ => throw new ArgumentException($"{optimizer.Name} has no adjoint.", nameof(optimizer)),
    };

    /// <summary>Adjoints per parameter besides that of the weights: as many as the optimiser remembers.</summary>
    public abstract int Remembered { get; }

    /// <summary>
    /// c = ∂F/∂g for each parameter, g as the optimiser got it after clipping; changes the remembered adjoints to those of the
    /// update's inside.
    /// </summary>
    /// <param name="update">The update, its gradient and the states around it.</param>
    /// <param name="adjoint">a = ∂F/∂θ' and those of what is remembered.</param>
    /// <returns>c in the current dispose scope.</returns>
    public abstract Tensor[] ThroughState(AdjointUpdate update, Adjoint adjoint);

    /// <summary>Completes a = ∂F/∂θ and what is remembered.</summary>
    /// <param name="update">The update.</param>
    /// <param name="adjoint">What <see cref="ThroughState"/> left.</param>
    /// <param name="alongGradient">c of <see cref="ThroughState"/>, before clipping's Jacobian.</param>
    /// <param name="curved">∂⟨g, c⟩/∂θ.</param>
    public abstract void ThroughWeights(AdjointUpdate update, Adjoint adjoint, Tensor[] alongGradient, Tensor[] curved);
}

/// <summary>An update that is run backwards.</summary>
/// <param name="Number">From 1.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Gradient">g after clipping, per parameter.</param>
/// <param name="Before">
/// θ and what was remembered before it: parameters, then the optimiser's state in the order of its names.
/// </param>
/// <param name="After">The same after it.</param>
internal sealed record AdjointUpdate(long Number, double LearningRate, Tensor[] Gradient, Tensor[] Before, Tensor[] After);

/// <summary>Derivatives of one output: by the weights, and by what the optimiser remembers, per parameter.</summary>
/// <param name="Weights">a.</param>
/// <param name="Remembered">One array per remembered quantity.</param>
internal sealed record Adjoint(Tensor[] Weights, Tensor[][] Remembered) : IDisposable
{
    /// <summary>a = ∇f(θ_T), nothing by what is remembered.</summary>
    /// <param name="gradient">∇f(θ_T); taken over.</param>
    /// <param name="remembered">Remembered quantities.</param>
    public static Adjoint Of(Tensor[] gradient, int remembered) => new(
        [.. gradient.Select(g => g.DetachFromDisposeScope())],
        [.. Enumerable.Range(0, remembered)
            .Select(_ => gradient.Select(g => zeros_like(g, requires_grad: false).DetachFromDisposeScope()).ToArray())]);

    public void Dispose()
    {
        foreach (Tensor tensor in Remembered.SelectMany(one => one).Concat(Weights))
            tensor.Dispose();
    }
}
