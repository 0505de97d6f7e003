using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Finds out why a curvature's products differ: the usual suspects, the most frequent first.</summary>
internal static class DeterminismCause
{
    /// <summary>The cause in a sentence or two, with what to do.</summary>
    /// <param name="loss">What the curvature is of.</param>
    public static string Of(ModelLoss loss)
    {
        using DisposeScope scope = NewDisposeScope();
        return OfData(loss) ?? OfModel(loss) ?? OfBatches(loss);
    }

    private static string? OfData(ModelLoss loss)
    {
        foreach (int[] numbers in loss.Batches())
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = loss.Load(numbers);
            // A copy, because the second answer may use the same memory.
            (Tensor firstInputs, Tensor firstTargets) = (inputs.clone(), targets.clone());
            (Tensor again, Tensor targetsAgain) = loss.Load(numbers);
            if (!Same(firstInputs, again) || !Same(firstTargets, targetsAgain))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Asked for twice, examples {numbers[0]} to {numbers[^1]} come with other inputs or targets. ")
                    + "The usual cause is a loader that shuffles or augments: load examples by their numbers, "
                    + "unshuffled and as they are.";
            }
        }

        return null;
    }

    private static string? OfModel(ModelLoss loss)
    {
        using DisposeScope scope = NewDisposeScope();
        using ModelMode mode = loss.Enter();
        using IDisposable still = no_grad();
        (Tensor inputs, _) = loss.Load(loss.Batches().First());
        Tensor before = inputs.clone();
        Tensor outputs = loss.Model.call(inputs).clone();
        if (!Same(before, inputs))
            return "The model changes its inputs in place, so it sees others the second time. Let it begin with a copy.";
        if (Same(outputs, loss.Model.call(inputs)))
            return null;
        string[] dropout = [.. loss.Model.named_modules().Where(named => IsDropout(named.module)).Select(named => named.name)];
        string layers = dropout.Length > 0 ? $" (there is {string.Join(", ", dropout)})" : string.Empty;
        return $"The model's outputs differ for the same inputs. The usual cause is dropout in training mode{layers}, here "
            + "although the model was put into evaluation mode: look for dropout that ignores the mode, for noise in the forward "
            + "pass, and for state that it changes.";
    }

    private static string OfBatches(ModelLoss loss)
    {
        string[] norms =
            [.. ModelMode.BatchNorms(loss.Model).Where(named => named.Layer.running_mean is null).Select(named => named.Name)];
        string layers = norms.Length > 0 ? $" ({string.Join(", ", norms)} has no running statistics)" : string.Empty;
        return "Inputs and outputs are the same each time, but examples of a batch influence one another. The usual cause is "
            + $"batch norm in training mode{layers}: track running statistics, or say BatchNormMode.BatchStatistics and mean the "
            + "batch size. Another is a model that mixes the examples' axis with others.";
    }

    private static bool IsDropout(nn.Module module) =>
        module is Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout;

    private static bool Same(Tensor a, Tensor b) =>
        a.shape.AsSpan().SequenceEqual(b.shape) && a.eq(b).logical_or(a.ne(a).logical_and(b.ne(b))).all().item<bool>();
}
