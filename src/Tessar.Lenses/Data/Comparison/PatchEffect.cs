using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Methods;
using Tessar.Models;
using Tessar.Runs;
using Tessar.Statistics;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>
/// Counterfactual check of a difference: what a change of the pictures does to the margin in the models of a recipe.
/// </summary>
/// <remarks>
/// effect of a model = mean over queries of margin(F(x)) − margin(x); a recipe's is the mean over its models, with a bootstrap
/// interval over them. F distinguishes A from B when A's interval lies beyond ±δ and |B's effect| ≤ ε. Source: arXiv:2211.12491,
/// section 4.
/// </remarks>
internal static class PatchEffect
{
    private const int BatchSize = 256;
    private const int Resamples = 2_000;

    /// <summary>The effect in one model.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="queries">The pictures.</param>
    /// <param name="patch">Where each picture's patch goes, by index.</param>
    /// <param name="ofClass">Whose margin is looked at; null for each query's own label.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    public static double Of(
        CheckpointView checkpoint, ExampleSet queries, Func<int, Patch> patch, int? ofClass, CancellationToken cancellation)
    {
        using DisposeScope outer = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = checkpoint.LoadModel();
        using IDisposable noGraph = no_grad();
        IClassTask task = checkpoint.Task.AsClasses("A patch");
        OutputFunction output = task.Output(TargetOutput.Margin);
        double sum = 0;
        foreach (ExampleBatch part in queries.Batches(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor inputs = Batches.Inputs(queries, part.Indices, checkpoint.Input);
            Tensor labels = ofClass is { } one
                ? task.Targets([.. Enumerable.Repeat(one, part.Count)])
                : task.Targets(queries, part.Indices);
            Tensor before = output.Value(model.Ask(inputs), labels);
            for (int i = 0; i < part.Count; i++)
                patch(part.First + i).PutOver(inputs, i, checkpoint.Input);
            Tensor after = output.Value(model.Ask(inputs), labels);
            sum += (after - before).to_type(ScalarType.Float64).sum().item<double>();
        }

        return sum / queries.Count;
    }

    /// <summary>Mean and 95 % bootstrap interval over models; no interval for a single one.</summary>
    public static (double Mean, (double Low, double High)? Interval) Summary(IReadOnlyList<double> effects, ulong seed)
    {
        double mean = effects.Average();
        if (effects.Count < 2)
            return (mean, null);
        var means = new double[Resamples];
        for (int r = 0; r < Resamples; r++)
        {
            var stream = new RandomStream(seed, "patch effect", r);
            for (int e = 0; e < effects.Count; e++)
                means[r] += effects[stream.NextInt32(effects.Count)] / effects.Count;
        }

        return (mean, Quantiles.Central95(means));
    }
}
