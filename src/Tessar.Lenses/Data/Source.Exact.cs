using Tessar.Examples;
using Tessar.Lenses.Data.Kronecker;
using Tessar.Lenses.Data.Trajectory;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data;

/// <content>With whole curvatures in place of Kronecker factors.</content>
public sealed partial class Source
{
    private bool IsExact => _options.Curvature == SourceCurvature.Exact;

    // Hands on what every segment of every run says, weighted; returns the number of checkpoints.
    private int AddExact(
        CurvatureTally tally, RunView run, ExampleSet train, ExampleSet targets, MethodContext context, Action<Tensor> add)
    {
        if (!run.Task.Output(TargetOutput.Margin).IsLogistic)
        {
            throw new TessarException(
                "data/source: curvature=exact is the curvature of the loss in the margin, which this task's loss doesn't have. "
                    + "Choose curvature=kronecker.", ErrorKind.Usage)
            { Remedies = [new(RemedyKind.SetMethodOption, "curvature", "kronecker")] };
        }

        int wanted = _options.Segments > 0 ? _options.Segments : _options.Checkpoints;
        WeightedCheckpoint[][] runs = Checkpoints(tally, run, train, wanted);
        double weight = 1.0 / train.Count / runs.Length;
        for (int r = 0; r < runs.Length; r++)
        {
            tally.Scoring.Start();
            // As many segments as were asked for: of a run with fewer checkpoints that is refused.
            IReadOnlyList<TrainingSegment> segments = TrainingSegment.Divide(
                runs[r], _options.Segments > 0 ? _options.Segments : runs[r].Length, runs.Length);
            new KernelWalk(
                segments, train, _options.Unsupported, _options.BatchSize, RepeatedProgress.Of(context, r, runs.Length))
            {
                Opened = tally.Note,
            }.Score(targets, run.Task.Output(_options.Output), scores => add(scores.mul_(weight)));
            tally.Scoring.Stop();
        }

        return runs.Sum(own => own.Length);
    }
}
