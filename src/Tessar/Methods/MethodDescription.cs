using System.Reflection;

namespace Tessar.Methods;

/// <summary>What the catalogue knows about a method; everything comes from the method's own file.</summary>
public sealed class MethodDescription
{
    private readonly ConstructorInfo _constructor;
    private readonly Type _optionsType;

    internal MethodDescription(Type type, MethodAttribute mark, DocumentationComments comments)
    {
        Type = type;
        Name = mark.Name;
        Paper = mark.Paper;
        Cost = mark.Cost;
        Needs = mark.Needs;
        BestFor = mark.BestFor;
        HasIndividualDraws = mark.HasIndividualDraws;
        Summary = comments.SummaryOf(type);
        _constructor = type.GetConstructors().Single(c => c.GetParameters().Length == 1);
        _optionsType = _constructor.GetParameters()[0].ParameterType;
        object defaults = Activator.CreateInstance(_optionsType)!;
        Options = [.. _optionsType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite)
            .Select(p => new MethodOption(p, defaults, comments.SummaryOf(p)))];
    }

    /// <summary><c>lens/method</c>.</summary>
    public string Name { get; }

    /// <summary>What it computes, one sentence.</summary>
    public string Summary { get; }

    /// <summary>Where it comes from.</summary>
    public string Paper { get; }

    /// <summary>What it costs.</summary>
    public string Cost { get; }

    /// <summary>What it needs of a run.</summary>
    public MethodNeeds Needs { get; }

    /// <summary>The kind of question it answers best.</summary>
    public string BestFor { get; }

    /// <summary>Whether an example's score depends on where the example lies; see <see cref="MethodAttribute.HasIndividualDraws"/>.</summary>
    public bool HasIndividualDraws { get; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<MethodOption> Options { get; }

    /// <summary>The class behind it.</summary>
    internal Type Type { get; }

    /// <summary>Builds the method with its settings.</summary>
    /// <param name="settings">Values by option name; what isn't named has its default.</param>
    /// <returns>The method; it implements its lens's contract, for example <see cref="IAttributionMethod"/>.</returns>
    /// <exception cref="TessarException">Names or values aren't allowed; one message names all of them.</exception>
    public object Create(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        object options = Activator.CreateInstance(_optionsType)!;
        List<string> objections = [];
        foreach ((string name, string text) in settings)
        {
            MethodOption? option = Options.FirstOrDefault(o => o.Name == name);
            if (option is null)
                objections.Add($"there is no option `{name}`.{NearestName.Hint(name, Options.Select(o => o.Name))}");
            else if (option.Read(text, out string? objection) is { } value)
                option.Assign(options, value);
            else
                objections.Add(objection + ".");
        }

        if (objections.Count > 0)
            throw new TessarException($"{Name}: {string.Join(' ', objections)}", ErrorKind.Usage) { Remedies = [new(RemedyKind.DescribeMethod, Name)] };
        return _constructor.Invoke([options]);
    }

    /// <summary>The effective settings, defaults included, as they would be typed.</summary>
    /// <param name="settings">Values by option name, accepted by <see cref="Create"/>.</param>
    public IReadOnlyDictionary<string, string> Effective(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var effective = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (MethodOption option in Options)
        {
            string text = settings.TryGetValue(option.Name, out string? given) ? given : option.DefaultText;
            effective[option.Name] = MethodOption.Write(option.Read(text, out _));
        }

        return effective;
    }
}
