namespace Tessar.Methods;

/// <summary>What the catalogue knows about a question; everything comes from the question's own file.</summary>
public sealed class QuestionDescription
{
    private readonly OptionSet _options;
    private readonly Lazy<string> _summary;
    private readonly Lazy<Type?> _contract;

    internal QuestionDescription(Type type, string name, string defaultMethod, DocumentationComments comments)
    {
        if (!type.IsAssignableTo(typeof(IQuestion)))
            throw new ArgumentException($"{name}: {type} has to implement {nameof(IQuestion)}.", nameof(type));
        (Type, Name, DefaultMethod) = (type, name, defaultMethod);
        _options = new OptionSet(type, name, comments);
        _summary = new Lazy<string>(() => comments.SummaryOf(type));
        _contract = new Lazy<Type?>(() => Create(new Dictionary<string, string>(StringComparer.Ordinal)).Contract);
    }

    /// <summary>The lens's name for its own question, <c>lens/question</c> for any other.</summary>
    public string Name { get; }

    /// <summary>Name of the lens.</summary>
    public string Lens => Name.Split('/')[0];

    /// <summary>What is asked, one sentence.</summary>
    public string Summary => _summary.Value;

    /// <summary>The method that is asked when none is named; empty where none is.</summary>
    public string DefaultMethod { get; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options => _options.All;

    /// <summary>What a method has to implement to be asked; null when none is asked.</summary>
    internal Type? Contract => _contract.Value;

    /// <summary>The class behind it.</summary>
    internal Type Type { get; }

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
