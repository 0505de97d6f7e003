using System.Globalization;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>A stretch of a training over which curvature and gradients are taken as constant.</summary>
/// <param name="Checkpoints">The checkpoints in it, at least one.</param>
/// <param name="Time">τ = Σ of the learning rates of its updates, times 1/(1 − momentum).</param>
internal sealed record TrainingSegment(IReadOnlyList<CheckpointView> Checkpoints, double Time)
{
    /// <summary>Divides the checkpoints of a run.</summary>
    /// <param name="checkpoints">In order, each weighing the learning rates since the one before.</param>
    /// <param name="segments">L.</param>
    /// <param name="runs">By how many runs the weights are divided.</param>
    /// <exception cref="TessarException">There are fewer checkpoints than segments.</exception>
    public static IReadOnlyList<TrainingSegment> Divide(IReadOnlyList<WeightedCheckpoint> checkpoints, int segments, int runs)
    {
        Run run = checkpoints[0].View.Run;
        if (checkpoints.Count < segments)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"segments is {segments}; the run {run.Name} has {checkpoints.Count} checkpoints up to the one explained. ")
                + "Choose fewer, or train with more checkpoints.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.SetMethodOption, "segments")]
            };
        }

        double momentum = MomentumOf(run.Record.Program);
        return [.. Enumerable.Range(0, segments).Select(l =>
        {
            int first = (int)((long)l * checkpoints.Count / segments), end = (int)((l + 1L) * checkpoints.Count / segments);
            WeightedCheckpoint[] own = [.. checkpoints.Skip(first).Take(end - first)];
            return new TrainingSegment([.. own.Select(c => c.View)], own.Sum(c => c.Weight) * runs / (1 - momentum));
        })];
    }

    /// <summary>Whether a program's updates are steps of its learning rate along the gradient, perhaps with momentum.</summary>
    public static bool IsGradientDescent(TrainingProgram program) => program.Optimizer!.Name is "sgd" or "sgd-nesterov";

    /// <summary>exp(−τΛ): what is left of a difference of weights at the end of the segment.</summary>
    /// <param name="eigenvalues">Λ, fp64.</param>
    /// <param name="time">τ, at least 0.</param>
    /// <returns>In the current dispose scope.</returns>
    public static Tensor Decay(Tensor eigenvalues, double time) => (eigenvalues.clamp(min: 0) * -time).exp();

    /// <summary>
    /// (1 − exp(−τΛ))/Λ, with its limit τ at Λ = 0: how far a constant push moves the weights during the segment.
    /// </summary>
    /// <inheritdoc cref="Decay"/>
    public static Tensor Gain(Tensor eigenvalues, double time)
    {
        Tensor positive = eigenvalues.clamp(min: 0), isZero = positive.eq(0);
        Tensor divisor = where(isZero, ones_like(positive), positive);
        return where(isZero, full_like(positive, time), (positive * -time).expm1().neg() / divisor);
    }

    /// <summary>(Gain(Λ) − τ)/Λ, with its limit −τ²/2 at Λ = 0.</summary>
    /// <inheritdoc cref="Decay"/>
    public static Tensor GainSlope(Tensor eigenvalues, double time)
    {
        // τ² ((1 − exp(−x))/x − 1)/x with x = τΛ; near 0 its series, where the differences would cancel.
        Tensor x = eigenvalues.clamp(min: 0) * time, isSmall = x.lt(0.01), divisor = where(isSmall, ones_like(x), x);
        Tensor series = -0.5 + x * (1.0 / 6 + x * (-1.0 / 24 + x * (1.0 / 120 - x / 720)));
        return where(isSmall, series, ((-x).expm1().neg() / divisor - 1) / divisor) * (time * time);
    }

    /// <summary>μ, 0 without one.</summary>
    public static double MomentumOf(TrainingProgram program) =>
        IsGradientDescent(program) ? program.Optimizer!.Values.GetValueOrDefault("momentum") : 0;
}
