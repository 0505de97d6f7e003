using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs.Retraining;
using Tessar.Tasks;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// Trains a run's program without some of its examples. Logits are kept, so that flips and margins share the same trainings.
/// </summary>
/// <remarks>
/// Three kinds, each with seeds of its own: nothing removed, random examples, chosen ones. Only the last depend on the method,
/// and a removal that two commands ask for is trained once.
/// </remarks>
internal sealed class RemovalTrainings
{
    private const int UntouchedRole = 1;
    private const int RandomRole = 2;
    private const int ChosenRole = 3;

    private readonly Inquiry _inquiry;
    private readonly ExampleSet _targets;
    private readonly int[] _labels;
    private readonly int _seeds;
    private readonly IClassTask _task;

    /// <summary>Refuses runs that can't be trained again.</summary>
    /// <param name="inquiry">The run.</param>
    /// <param name="train">What examples are removed from.</param>
    /// <param name="targets">Whose outputs are kept.</param>
    /// <param name="seeds">Trainings R of each removal.</param>
    /// <exception cref="TessarException">The run was imported, or trained on a mask.</exception>
    public RemovalTrainings(Inquiry inquiry, ExampleSet train, ExampleSet targets, int seeds)
    {
        (_inquiry, Train, _targets, _seeds) = (inquiry, train, targets, seeds);
        _task = inquiry.Run.Task.AsClasses("A removal");
        _labels = [.. Enumerable.Range(0, targets.Count).Select(targets.Label)];
        RetrainingCache.For(inquiry.Run, train, targets, ExampleMasks.ExactSize(1, train.Count, 1, 0), 0);
        if (inquiry.Run.Record.Program.Mask is not null)
        {
            throw new TessarException(
                $"{inquiry.Run.Name} was trained on a mask: removing from its whole range isn't removing from what it saw. Take "
                    + $"a run without a mask.", ErrorKind.Usage);
        }
    }

    /// <summary>The training examples.</summary>
    public ExampleSet Train { get; }

    /// <summary>Seconds spent on training.</summary>
    public double Seconds { get; private set; }

    /// <summary>Trainings asked for, those that were there before included.</summary>
    public int Trainings { get; private set; }

    /// <summary>Trainings that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Nothing removed, R seeds: R masks of all examples, so that more seeds go on where fewer stopped.</summary>
    public RemovalTrials Untouched() =>
        Carry(
            ExampleMasks.ExactSize(_seeds, Train.Count, 1, JudgingTrainings.Seed(_inquiry, UntouchedRole)), repeats: 1,
            UntouchedRole, removals: 1);

    /// <summary>Random examples removed; the same for every method.</summary>
    /// <param name="count">Examples of each removal.</param>
    /// <param name="draws">Removals.</param>
    public RemovalTrials WithoutRandom(int count, int draws) =>
        Without(
            [.. Enumerable.Range(0, draws).Select(draw => RemovalChoice.AtRandom(Train.Count, count, _inquiry.Seed, draw))],
            RandomRole, _seeds);

    /// <summary>Single examples that no method chose.</summary>
    public RemovalTrials WithoutEachOf(IReadOnlyList<int> examples) =>
        Without([.. examples.Select(i => new[] { i })], RandomRole, _seeds);

    /// <summary>Chosen examples removed.</summary>
    /// <param name="removed">The examples of each removal; those of none stand for the untouched set.</param>
    /// <param name="repeats">Trainings of each; R by default.</param>
    public RemovalTrials Without(IReadOnlyList<int[]> removed, int? repeats = null) =>
        Without(removed, ChosenRole, repeats ?? _seeds);

    private RemovalTrials Without(IReadOnlyList<int[]> removed, int role, int repeats) =>
        Carry(RemovalTrials.Without(Train.Count, removed), repeats, role, removed.Count);

    private RemovalTrials Carry(ExampleMasks masks, int repeats, int role, int removals)
    {
        (RetrainedModels models, double seconds) = JudgingTrainings.Train(
            _inquiry, Train, _targets, masks, repeats, RetrainingOutput.Logits, role);
        var trials = new RemovalTrials(removals, models.Count / removals, _labels, models.ReadOutputs(), _task);
        Seconds += seconds;
        Trainings += models.Count;
        Failed += trials.Failed;
        return trials;
    }
}
