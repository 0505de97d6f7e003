using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Models;
using Tessar.Native;
using Tessar.Runs;
using Tessar.Tasks;
using Tessar.Training.Loading;
using Tessar.Training.Loading.Pipeline;
using Tessar.Training.Optimizers;
using Tessar.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Training.Replaying;

/// <summary>A recorded training that can be put into any of its states and moved on, update by update.</summary>
/// <remarks>
/// In single precision and without weights an update is the recorded one, bit for bit. Uses the recorded number of threads.
/// </remarks>
internal sealed class ReplaySession : IDisposable
{
    private readonly ExampleStore _store;
    private readonly ExampleLoader _loader;
    private readonly GradientOptimizer _optimizer;
    private readonly Schedule _schedule;
    private readonly TrainingProgram _program;
    private readonly ITask _task;
    private readonly ExampleSet _chosen = null!;
    private readonly ScalarType _precision;
    private readonly long _stepsPerEpoch;
    private readonly int _threadsBefore = TorchThreads.Current;

    /// <summary>Builds the model and its optimiser as they were before the first update.</summary>
    /// <param name="run">The run.</param>
    /// <param name="precision">Single, as recorded, or double.</param>
    /// <exception cref="TessarException">It can't be replayed this way.</exception>
    public ReplaySession(Run run, ScalarType precision = ScalarType.Float32)
    {
        Replayability.Check(run);
        (_program, _precision) = (run.Record.Program, precision);
        _task = run.Task;
        TorchThreads.Set(run.Record.Machine.Threads);
        _store = run.OpenExamples();
        try
        {
            ExampleSet chosen = _chosen = run.ChosenSet(_store);
            Model = run.BuildModel();
            Replayability.CheckBuffers(run, Model);
            if (precision != ScalarType.Float32)
                ModulePrecision.Convert(Model, precision);
            Model.train();
            _optimizer = (GradientOptimizer)Optimizers.Optimizer.For(Model, _program);
            Parameters = [.. _optimizer.Parameters.Items.Select(item => item.Value)];
            _schedule = Schedule.Choices.Create(_program.Schedule!);
            _stepsPerEpoch = _program.StepsPerEpoch(chosen.Count);
            TotalSteps = _stepsPerEpoch * _program.Epochs!.Value;
            Steps = run.Checkpoints[^1].Step;
            Rows = [.. Enumerable.Range(0, chosen.Count).Select(chosen.Row)];
            _loader = new ExampleLoader(LoaderPlan.Of(chosen, _program, workers: 0));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model, in training mode.</summary>
    public nn.Module<Tensor, Tensor> Model { get; } = null!;

    /// <summary>What is trained, in the optimiser's order.</summary>
    public IReadOnlyList<Tensor> Parameters { get; } = [];

    /// <summary>The optimiser.</summary>
    public GradientOptimizer Optimizer => _optimizer;

    /// <summary>Updates up to the last checkpoint.</summary>
    public long Steps { get; }

    /// <summary>Updates of the whole program: what the schedule is laid out for.</summary>
    public long TotalSteps { get; }

    /// <summary>The store's row of each example that the run was trained on.</summary>
    public IReadOnlyList<long> Rows { get; } = [];

    /// <summary>Examples that the run was trained on.</summary>
    public int Examples => Rows.Count;

    /// <summary>Rate η of an update.</summary>
    public double LearningRate(long step) => _program.Optimizer!["learningRate"] * _schedule.Factor(step, TotalSteps);

    /// <summary>The batches of some updates one after the other; the caller disposes each.</summary>
    public IEnumerable<ReplayedBatch> Batches(long first, long count)
    {
        LoaderEpoch? feed = null;
        try
        {
            for (long step = first; step < first + count; step++)
            {
                int epoch = (int)(step / _stepsPerEpoch);
                if (feed?.Epoch != epoch)
                {
                    feed?.Dispose();
                    feed = _loader.Epoch(epoch, step % _stepsPerEpoch * _program.BatchSize!.Value);
                }

                if (!feed.MoveNext())
                    throw new InvalidOperationException($"Epoch {epoch} ended before its last step.");
                using LoadedBatch batch = feed.Current;
                yield return new ReplayedBatch(
                    step, Inputs.Batches.InPrecision(batch.Inputs, _precision, copy: true).DetachFromDisposeScope(),
                    _task.Targets(_chosen, batch.Indices).DetachFromDisposeScope(), batch.Indices.ToArray());
            }
        }
        finally
        {
            feed?.Dispose();
        }
    }

    /// <summary>Makes one update.</summary>
    /// <param name="batch">Its batch.</param>
    /// <param name="weights">A weight per chosen example; null for the recorded update.</param>
    public void Advance(ReplayedBatch batch, double[]? weights)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = set_grad_enabled(true);
        double rate = LearningRate(batch.Step);
        if (weights is null && _precision == ScalarType.Float32)
        {
            using var objective = new BatchObjective(Model, [.. Parameters], batch.Inputs, batch.Targets)
            {
                Task = _task,
                LabelSmoothing = _program.LabelSmoothing ?? 0,
                Draws = (_program.Seed!.Value, batch.Step),
                NotFinite = loss => NotFinite(batch.Step, loss),
                Words = (_program.Model, string.Create(CultureInfo.InvariantCulture, $"at step {batch.Step} of the replay")),
            };
            _optimizer.Step(objective, rate, batch.Step + 1);
            return;
        }

        Tensor share = Shares(batch, weights);
        Tensor loss = (Losses(batch) * share).sum();
        if (!double.IsFinite(loss.to_type(ScalarType.Float64).item<double>()))
            throw NotFinite(batch.Step, loss.to_type(ScalarType.Float64).item<double>());
        _optimizer.Apply(Gradient.OfUsed(loss, Parameters), rate, batch.Step + 1);
    }

    /// <summary>ℓ_i of each example of a batch under the present weights, [B], with a graph.</summary>
    public Tensor Losses(ReplayedBatch batch)
    {
        TorchSeed.Set(_program.Seed!.Value, "step", batch.Step);
        Tensor logits = Model.Ask(
            batch.Inputs, string.Create(CultureInfo.InvariantCulture, $"at step {batch.Step} of the replay"), _program.Model);
        return _task.Training(_program.LabelSmoothing ?? 0).Each(logits, batch.Targets);
    }

    /// <summary>w_i/Σn for each example of a batch, [B].</summary>
    public Tensor Shares(ReplayedBatch batch, double[]? weights)
    {
        double terms = Terms(batch);
        return tensor(batch.Indices.Select(i => (weights?[i] ?? 1) / terms).ToArray()).to_type(_precision);
    }

    /// <summary>Σn of a batch: what its mean divides by.</summary>
    public double Terms(ReplayedBatch batch) => _task.Loss.Terms(batch.Targets);

    /// <summary>A copy of the parameters and of all that the optimiser remembers; the caller disposes it.</summary>
    public Tensor[] CopyState() => [.. State.Select(tensor => tensor.detach().clone().DetachFromDisposeScope())];

    /// <summary>Puts a copied state back.</summary>
    public void PutState(IReadOnlyList<Tensor> state)
    {
        using IDisposable noGradient = no_grad();
        int at = 0;
        foreach (Tensor tensor in State)
            tensor.copy_(state[at++]);
    }

    /// <summary>Whether the present state is a copied one, bit for bit.</summary>
    public bool Equals(IReadOnlyList<Tensor> state) =>
        State.Select((tensor, at) => HasSameBits(tensor, state[at])).All(same => same);

    /// <summary>Whether two tensors of one shape and type are the same, bit for bit.</summary>
    public static bool HasSameBits(Tensor left, Tensor right)
    {
        using Tensor first = left.detach().contiguous(), second = right.detach().contiguous();
        return first.bytes.SequenceEqual(second.bytes);
    }

    /// <summary>Bytes of one state.</summary>
    public long StateBytes => State.Sum(tensor => tensor.numel() * tensor.element_size());

    public void Dispose()
    {
        _loader?.Dispose();
        _optimizer?.Dispose();
        Model?.Dispose();
        _store?.Dispose();
        TorchThreads.Set(_threadsBefore);
    }

    private IEnumerable<Tensor> State => Parameters.Concat(_optimizer.State.Values);

    private static NumericalException NotFinite(long step, double loss) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The loss is {loss} at step {step} of the replay. With these weights of the examples the training diverges; use weights "
            + $"nearer to 1."));
}
