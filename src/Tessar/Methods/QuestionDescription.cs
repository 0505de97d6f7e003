using Tessar.Named;

namespace Tessar.Methods;

/// <summary>What the catalogue knows about a question; everything comes from the question's own file.</summary>
public sealed class QuestionDescription
{
    private readonly Choice<IQuestionMark> _choice;
    private readonly OptionSet _options;
    private readonly Lazy<Type?> _contract;

    internal QuestionDescription(Choice<IQuestionMark> choice)
    {
        _choice = choice;
        _options = new OptionSet(choice.Type, choice.Name, choice.Comments);
        _contract = new Lazy<Type?>(() => Create(new Dictionary<string, string>(StringComparer.Ordinal)).Contract);
    }

    /// <summary>The lens's name for its own question, <c>lens/question</c> for any other.</summary>
    public string Name => _choice.Name;

    /// <summary>Name of the lens.</summary>
    public string Lens => Name.Split('/')[0];

    /// <summary>What is asked, one sentence.</summary>
    public string Summary => _choice.Summary;

    /// <summary>The method that is asked when none is named; empty where none is.</summary>
    public string DefaultMethod => _choice.Mark.DefaultMethod;

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options => _options.All;

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
}
