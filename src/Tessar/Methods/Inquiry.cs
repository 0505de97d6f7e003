using System.Diagnostics;
using Tessar.Examples;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Runs.Retraining;

namespace Tessar.Methods;

/// <summary>A job with everything opened: runs, data, method and context. What questions work on.</summary>
/// <remarks>
/// Made by <see cref="MethodRunner.Open"/>, which has refused what can't be; dispose of it when the answer is kept.
/// </remarks>
public sealed class Inquiry : IDisposable
{
    // Trainings that judge or explain are apart from a method's own draws, so that both can be left open.
    private const ulong UsualSeed = 1;

    private readonly IReadOnlyDictionary<string, string> _options;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly QuestionDescription _question;
    private readonly MethodDescription? _method;

    internal Inquiry(
        MethodJob job, QuestionDescription question, MethodDescription? method, IReadOnlyDictionary<string, string> options,
        RunView view, MethodContext context)
    {
        (Job, _question, _method, _options, _settings, View, Context) = (
            job, question, method, options, job.Settings, view, context);
        Store = view.Run.OpenExamples();
        Labels = view.Run.OpenLabels(Store);
    }

    /// <summary>What was asked.</summary>
    public MethodJob Job { get; }

    /// <summary>The checkpoints that are looked at: the last of the runs, or an ensemble's.</summary>
    public RunView View { get; private set; }

    /// <summary>The run that keeps the result.</summary>
    public Run Run => View.Run;

    /// <summary>The runs' data.</summary>
    public ExampleStore Store { get; }

    /// <summary>The labels that were changed on purpose for the run, or null.</summary>
    public LabelOverlay? Labels { get; }

    /// <summary>Seed, progress, cancellation and limits, for methods.</summary>
    public MethodContext Context { get; }

    /// <summary>Seed of trainings that judge or explain, and of drawing again: the job's, or 1.</summary>
    public ulong Seed => Job.Seed ?? UsualSeed;

    /// <summary>The method that is asked.</summary>
    /// <exception cref="InvalidOperationException">The question asks none.</exception>
    public MethodDescription Method => _method ?? throw new InvalidOperationException($"{_question.Name} asks no method.");

    /// <summary>The method's options with their defaults, as they would be typed; empty without a method.</summary>
    public IReadOnlyDictionary<string, string> Options
    {
        get
        {
            if (_method is null)
                return _options;
            var effective = new SortedDictionary<string, string>(
                _method.Effective(_options).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
            // A seed that is left open is the job's.
            if (effective.TryGetValue("seed", out string? seed) && seed == OptionText.None)
                effective["seed"] = MethodOption.Write(Context.Seed);
            return effective;
        }
    }

    /// <summary>The same question to the runs that these are compared with; null where none were named.</summary>
    public Inquiry? Against { get; internal init; }

    /// <summary>Examples with the labels the run was trained on.</summary>
    /// <param name="range">Such as <c>test:0-99</c>.</param>
    public ExampleSet Examples(string range) => ExampleSet.Parse(Store, range, Labels);

    /// <summary>The training examples that are looked at: those the job names, or those the run was trained on.</summary>
    public ExampleSet Train() => Examples(Job.Train ?? Run.Record.Program.Data.Train);

    /// <summary>The predictions that are looked at: those the job names, or the first of the run's test examples.</summary>
    /// <param name="most">How many of the latter at most, at least 1.</param>
    public ExampleSet Targets(int most = int.MaxValue)
    {
        if (Job.Targets is { } named)
            return Examples(named);
        ExampleSet all = Examples(Run.Record.Program.Data.Test);
        return new ExampleSet(Store, all.Split, all.First, Math.Min(most, all.Count), Labels);
    }

    /// <summary>A fresh instance of the method: methods count what they do.</summary>
    /// <typeparam name="T">The lens's contract, such as <see cref="IAttributionMethod"/>.</typeparam>
    public T CreateMethod<T>()
        where T : class => (T)Method.Create(_options);

    /// <summary>The same with one option set otherwise.</summary>
    /// <param name="option">Its name.</param>
    /// <param name="value">As it would be typed.</param>
    /// <exception cref="TessarException">There is no such option, or it doesn't take the value.</exception>
    public T CreateMethodWith<T>(string option, string value)
        where T : class =>
            (T)Method.Create(new Dictionary<string, string>(_options, StringComparer.Ordinal) { [option] = value });

    /// <summary>
    /// Looks at models on random halves of the training examples instead of the run's own: several give far better answers than
    /// one.
    /// </summary>
    /// <param name="count">Models; 0 keeps the runs.</param>
    /// <returns>Seconds it took; nearly 0 when the models were there.</returns>
    /// <exception cref="TessarException">
    /// Several runs were named, the run can't be trained again, or every training failed.
    /// </exception>
    public double UseEnsemble(int count)
    {
        if (count == 0)
            return 0;
        long start = Stopwatch.GetTimestamp();
        View = EnsembleModels.Of(this, count);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Trains a run's program as often as asked, or finds the models of an earlier time.</summary>
    /// <param name="request">What to train.</param>
    /// <exception cref="TessarException">Nobody here trains.</exception>
    internal RetrainedModels Retrain(RetrainingRequest request)
    {
        IRetrainer retrainer = Context.Retrainer ?? throw new TessarException(
            $"`{_question.Name}` trains models, but the context has nobody to train them: its Retrainer is null. Pass one, for "
                + $"example "
            + "`new MethodContext { Retrainer = new InProcessRetrainer() }`.", ErrorKind.Usage);
        return retrainer.Retrain(request, HeardTrainings.Heard(Context), Context.Cancellation);
    }

    /// <summary>Says what the user should know, at once.</summary>
    internal void Remark(string sentence) => Context.Warn?.Invoke(sentence);

    /// <summary>The job with every default filled in.</summary>
    internal ResultJob Filled(MethodAnswer answer) => new()
    {
        Question = _question.Name,
        Method = _method?.Name ?? _question.Name,
        Options = Options,
        Settings = _question.Effective(_settings),
        Runs = [.. Names(View)],
        Against = Against is { } other ? [.. Names(other.View)] : [],
        Train = answer.Train,
        Targets = answer.Targets,
        Seed = Job.Seed,
        MemoryBudget = Job.MemoryBudget,
    };

    /// <summary>What the answer depends on beside the job.</summary>
    internal ResultInputs Inputs(MethodAnswer answer)
    {
        ResultInputs own = ResultInputs.Of(View, answer.Train is { } range ? Examples(range) : null);
        return Against is null
            ? own
            : own with { Checkpoints = [.. own.Checkpoints, .. ResultInputs.Of(Against.View, null).Checkpoints] };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Store.Dispose();
        Against?.Dispose();
    }

    private static IEnumerable<string> Names(RunView view) =>
        view.Checkpoints.Select(c => c.Run.Name).Distinct(StringComparer.Ordinal);
}
