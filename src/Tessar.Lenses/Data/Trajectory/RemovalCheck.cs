using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Replaying;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Trajectory;

/// <summary>Does the derivative of a training tell what leaving examples out of it does?</summary>
/// <remarks>
/// A derivative is exact and may still say nothing about a removal: a training at a high rate is chaotic, and its derivative is
/// then larger than any real change. So the run is replayed a few times without a random hundredth of its examples, and the
/// changes a of the outputs are compared with those that the derivative predicts, p: error = ‖p − a‖ / max(‖p‖, ‖a‖) over outputs
/// and replays. It is 0 for an exact prediction, 1 for none, and near 1 for one that is far too large.
/// </remarks>
/// <param name="replays">How many; 0 checks nothing.</param>
internal sealed class RemovalCheck(int replays)
{
    /// <summary>
    /// The error up to which scores are called good. Leaving an example out does a tenth to a third more than its derivative says
    /// even in convex problems.
    /// </summary>
    public const double Limit = 0.5;

    /// <summary>Share of the examples that is left out.</summary>
    public const double Share = 0.01;

    private double _gap;
    private double _predicted;
    private double _actual;
    private double _worst;
    private (double Predicted, double Actual) _sizes;

    /// <summary>The largest error of the trainings compared so far; null when there was none.</summary>
    public SelfCheck? Result { get; private set; }

    /// <summary>One sentence, if the error is beyond its limit.</summary>
    public string? Remark => Result is not { Holds: false } ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"Without a random {100 * Share:0} % of the examples the outputs changed by {_sizes.Actual:g3} (root mean square over "
            + $"{replays} replays); these scores predict {_sizes.Predicted:g3}, with an error of {100 * _worst:0} % of the "
            + $"larger: this training is too rough for its derivative to tell what leaving an example out does. Train with a "
            + $"lower rate or momentum, fewer epochs or a smooth activation.");

    /// <summary>Compares for one training.</summary>
    /// <param name="run">The training.</param>
    /// <param name="derivative">Its derivative.</param>
    /// <param name="replayer">Who replays.</param>
    /// <param name="outputs">The outputs that were differentiated: of many targets, those of the first replay.</param>
    /// <param name="context">Seed, progress, cancellation.</param>
    public void Compare(
        Run run, TrajectoryDerivative derivative, IReplayer replayer, Func<nn.Module<Tensor, Tensor>, Tensor> outputs,
        MethodContext context)
    {
        if (replays == 0)
            return;
        double[] whole = Whole(run, outputs);
        (_gap, _predicted, _actual) = (0, 0, 0);
        for (int replay = 0; replay < replays; replay++)
            Compare(run, derivative, replayer, outputs, whole, replay, context);
        double larger = Math.Sqrt(Math.Max(_predicted, _actual)), error = larger > 0 ? Math.Sqrt(_gap) / larger : 0;
        if (Result is not null && error <= _worst)
            return;
        double count = (double)replays * derivative.Outputs;
        (_worst, _sizes) = (error, (Math.Sqrt(_predicted / count), Math.Sqrt(_actual / count)));
        Result = new SelfCheck(
            "removal-error", error, Limit,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Error of the predicted changes of the outputs in {replays} replays without a random {100 * Share:0} % of the "
                    + $"examples, relative to the larger of prediction and change."));
    }

    private void Compare(
        Run run, TrajectoryDerivative derivative, IReplayer replayer, Func<nn.Module<Tensor, Tensor>, Tensor> outputs,
        double[] whole, int replay, MethodContext context)
    {
        int examples = derivative.Rows.Count;
        float[] weights = [.. Enumerable.Repeat(1f, examples)];
        int[] order = [.. Enumerable.Range(0, examples)];
        new RandomStream(context.Seed, "removal check", replay).Shuffle<int>(order);
        double[] predicted = new double[whole.Length];
        foreach (int i in order.Take(Math.Max(1, (int)(Share * examples))))
        {
            weights[i] = 0;
            for (int k = 0; k < predicted.Length; k++)
                predicted[k] -= derivative.Values[(long)i * predicted.Length + k];
        }

        MethodContext pass = RepeatedProgress.Of(context, replay, replays);
        float[] without = replayer.Reweigh(
            run, weights, outputs, pass.Progress is { } heard ? new Heard(heard) : null, context.Cancellation);
        for (int k = 0; k < predicted.Length; k++)
        {
            double change = without[k] - whole[k];
            _gap += (predicted[k] - change) * (predicted[k] - change);
            _predicted += predicted[k] * predicted[k];
            _actual += change * change;
        }
    }

    private static double[] Whole(Run run, Func<nn.Module<Tensor, Tensor>, Tensor> outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = run.LoadModel();
        model.eval();
        using IDisposable noGradient = no_grad();
        return outputs(model).to_type(ScalarType.Float64).data<double>().ToArray();
    }

    private sealed class Heard(IProgress<MethodProgress> progress) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) =>
            progress.Report(new MethodProgress("check", value.Done, value.Total, "updates"));
    }
}
