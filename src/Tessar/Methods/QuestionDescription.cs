using Tessar.Named;

namespace Tessar.Methods;

/// <summary>What the catalogue knows about a question; everything comes from the question's own file.</summary>
public sealed class QuestionDescription
{
    private const string UsualGroup = "evaluate";

    private readonly Choice<IQuestionMark> _choice;
    private readonly OptionSet _options;
    private readonly Lazy<Type?> _contract;

    internal QuestionDescription(Choice<IQuestionMark> choice)
    {
        _choice = choice;
        Mark = choice.Mark as QuestionAttribute ?? ((LensAttribute)choice.Mark).AsQuestion();
        Verb = Mark.Verb.Length > 0 ? Mark.Verb : $"{UsualGroup} {choice.Name.Split('/')[^1]}";
        NeedsTargets = choice.Mark is LensAttribute { NeedsTargets: true };
        _options = new OptionSet(choice.Type, choice.Name, choice.Comments);
        _contract = new Lazy<Type?>(() => ((IQuestion)_options.CreateDefault()).Contract);
    }

    /// <summary>The lens's name for its own question, <c>lens/question</c> for any other.</summary>
    public string Name => _choice.Name;

    /// <summary>Name of the lens.</summary>
    public string Lens => Name.Split('/')[0];

    /// <summary>The words of the command that asks it, for example <c>attribute</c> or <c>evaluate lds</c>.</summary>
    public string Verb { get; }

    /// <summary>What is asked, one sentence.</summary>
    public string Summary => _choice.Summary;

    /// <summary>The method that is asked when none is named; empty where none is.</summary>
    public string DefaultMethod => Mark.DefaultMethod;

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options => _options.All;

    /// <summary>What it says of itself; a lens's own question says it too.</summary>
    internal QuestionAttribute Mark { get; }

    /// <summary>Whether targets have to be named.</summary>
    internal bool NeedsTargets { get; }

    /// <summary>Whether it is the lens's own.</summary>
    internal bool IsOfLens => Name == Lens;

    /// <summary>What a method has to implement to be asked; null when none is asked.</summary>
    internal Type? Contract => _contract.Value;

    /// <summary>The class behind it.</summary>
    internal Type Type => _choice.Type;

    /// <summary>Builds the question with its settings.</summary>
    /// <param name="settings">Values by name; what isn't named has its default.</param>
    /// <exception cref="TessarException">Names or values aren't allowed; one message names all of them.</exception>
    public IQuestion Create(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return (IQuestion)_options.Create(settings);
    }

    /// <summary>The effective settings, defaults included, as they would be typed.</summary>
    /// <param name="settings">Values by name, accepted by <see cref="Create"/>.</param>
    public IReadOnlyDictionary<string, string> Effective(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _options.Effective(settings);
    }

    internal IReadOnlyList<string> Objections(IReadOnlyDictionary<string, string> settings) => _options.Objections(settings);

    /// <summary>What a job gives that the question has no use for, or lacks; one sentence each.</summary>
    internal IEnumerable<string> Objections(MethodJob job)
    {
        if (Mark.TakesOneRun && job.Runs.Count > 1)
            yield return $"It asks one run, and the job names {job.Runs.Count}: {string.Join(", ", job.Runs)}. Name one.";
        if (Mark.Against.Length == 0 && job.Against.Count > 0)
            yield return $"It compares nothing, but {string.Join(", ", job.Against)} stand against the runs. Leave them out.";
        if (Mark.Against.Length > 0 && job.Against.Count == 0)
            yield return $"It needs something to compare with: {Mark.Against}. Name it.";
        if (!Mark.TakesTrain && job.Train is { } train)
            yield return $"It takes no training examples, but `{train}` is named. Leave it out.";
        if (Mark.Targets.Length == 0 && job.Targets is { } targets)
            yield return $"It looks at no targets, but `{targets}` is named. Leave it out.";
    }
}
