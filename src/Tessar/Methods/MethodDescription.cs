using Tessar.Named;

namespace Tessar.Methods;

/// <summary>What the catalogue knows about a method; everything comes from the method's own file.</summary>
public sealed class MethodDescription
{
    private readonly Choice<MethodAttribute> _choice;
    private readonly OptionSet _options;

    internal MethodDescription(Choice<MethodAttribute> choice)
    {
        _choice = choice;
        _options = new OptionSet(choice.Type, choice.Name, choice.Comments);
    }

    /// <summary><c>lens/method</c>.</summary>
    public string Name => _choice.Name;

    /// <summary>Name of the lens.</summary>
    public string Lens => Name.Split('/')[0];

    /// <summary>What it computes, one sentence.</summary>
    public string Summary => _choice.Summary;

    /// <summary>Where it comes from.</summary>
    public string Paper => _choice.Mark.Paper;

    /// <summary>What it costs.</summary>
    public string Cost => _choice.Mark.Cost;

    /// <summary>What it needs of a run.</summary>
    public MethodNeeds Needs => _choice.Mark.Needs;

    /// <summary>The kind of question it answers best.</summary>
    public string BestFor => _choice.Mark.BestFor;

    /// <summary>
    /// Whether an example's score depends on where the example lies; see <see cref="MethodAttribute.HasIndividualDraws"/>.
    /// </summary>
    public bool HasIndividualDraws => _choice.Mark.HasIndividualDraws;

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options => _options.All;

    /// <summary>The class behind it.</summary>
    internal Type Type => _choice.Type;

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
