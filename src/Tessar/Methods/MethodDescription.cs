namespace Tessar.Methods;

/// <summary>What the catalogue knows about a method; everything comes from the method's own file.</summary>
public sealed class MethodDescription
{
    private readonly OptionSet _options;
    private readonly Lazy<string> _summary;

    internal MethodDescription(Type type, MethodAttribute mark, DocumentationComments comments)
    {
        Type = type;
        Name = mark.Name;
        Paper = mark.Paper;
        Cost = mark.Cost;
        Needs = mark.Needs;
        BestFor = mark.BestFor;
        HasIndividualDraws = mark.HasIndividualDraws;
        _summary = new Lazy<string>(() => comments.SummaryOf(type));
        _options = new OptionSet(type, mark.Name, comments);
    }

    /// <summary><c>lens/method</c>.</summary>
    public string Name { get; }

    /// <summary>Name of the lens.</summary>
    public string Lens => Name.Split('/')[0];

    /// <summary>What it computes, one sentence.</summary>
    public string Summary => _summary.Value;

    /// <summary>Where it comes from.</summary>
    public string Paper { get; }

    /// <summary>What it costs.</summary>
    public string Cost { get; }

    /// <summary>What it needs of a run.</summary>
    public MethodNeeds Needs { get; }

    /// <summary>The kind of question it answers best.</summary>
    public string BestFor { get; }

    /// <summary>
    /// Whether an example's score depends on where the example lies; see <see cref="MethodAttribute.HasIndividualDraws"/>.
    /// </summary>
    public bool HasIndividualDraws { get; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options => _options.All;

    /// <summary>The class behind it.</summary>
    internal Type Type { get; }

    /// <summary>Builds the method with its settings.</summary>
    /// <param name="settings">Values by option name; what isn't named has its default.</param>
    /// <returns>The method; it implements its lens's contract, for example <see cref="IAttributionMethod"/>.</returns>
    /// <exception cref="TessarException">Names or values aren't allowed; one message names all of them.</exception>
    public object Create(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _options.Create(settings);
    }

    /// <summary>The effective settings, defaults included, as they would be typed.</summary>
    /// <param name="settings">Values by option name, accepted by <see cref="Create"/>.</param>
    public IReadOnlyDictionary<string, string> Effective(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _options.Effective(settings);
    }

    internal IReadOnlyList<string> Objections(IReadOnlyDictionary<string, string> settings) => _options.Objections(settings);
}
