using System.Globalization;
using System.Reflection;

namespace Tessar.Named;

/// <summary>
/// What people choose from by name, found by an attribute: a new one is a new file and nothing else. Optimisers, methods,
/// formats, models and data sets are all found, listed, described and refused by this.
/// </summary>
/// <typeparam name="T">What the classes derive from.</typeparam>
/// <typeparam name="TMark">The attribute that names them, or an interface of several such.</typeparam>
internal sealed class Choices<T, TMark>
    where T : class
    where TMark : class, INamed
{
    private readonly SortedDictionary<string, Choice<TMark>> _all = new(StringComparer.Ordinal);

    /// <summary>Finds what is marked.</summary>
    /// <param name="kind">What one is called in messages: "optimiser".</param>
    /// <param name="assemblies">Where to look; those of a user's own among them.</param>
    /// <exception cref="ArgumentException">Two have one name, or one isn't what it is marked as.</exception>
    public Choices(string kind, params IEnumerable<Assembly> assemblies)
    {
        Kind = kind;
        foreach (MarkedTypes found in assemblies.Select(MarkedTypes.Of))
        {
            foreach ((Type type, INamed any) in found.All)
            {
                if (any is not TMark mark)
                    continue;
                if (!type.IsAssignableTo(typeof(T)))
                    throw new ArgumentException(
                        $"{mark.Name}: {type} is marked as {kind}, and has to be a {typeof(T)}.", nameof(assemblies));
                if (!_all.TryAdd(mark.Name, new Choice<TMark>(type, mark, found.Comments)))
                    throw new ArgumentException(
                        $"The {kind} `{mark.Name}` is there twice: {_all[mark.Name].Type} and {type}. Rename one.",
                        nameof(assemblies));
            }
        }
    }

    /// <summary>What one is called in messages.</summary>
    public string Kind { get; }

    /// <summary>What a person can do who named one that isn't there.</summary>
    public IReadOnlyList<Remedy> Remedies { get; init; } = [];

    /// <summary>
    /// What an error about an unknown name says after the list, such as how to bring one's own; nothing by default.
    /// </summary>
    public string Advice { get; init; } = string.Empty;

    /// <summary>
    /// Whether an error about an unknown name lists those there are; where not, a remedy shows them. Default: yes.
    /// </summary>
    public bool AreListed { get; init; } = true;

    /// <summary>The names, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _all.Keys;

    /// <summary>All of them, in ordinal order of their names.</summary>
    public IReadOnlyCollection<Choice<TMark>> All => _all.Values;

    /// <summary>Whether there is one of that name.</summary>
    public bool Has(string name) => _all.ContainsKey(name);

    /// <summary>The choice of that name, or null.</summary>
    public Choice<TMark>? FindOrNull(string name) => _all.GetValueOrDefault(name);

    /// <summary>The choice of that name.</summary>
    /// <exception cref="TessarException">There is none; the message names the nearest and how to see all.</exception>
    public Choice<TMark> Find(string name) => FindOrNull(name) ?? throw Unknown(name);

    /// <summary>The error about a name that isn't there.</summary>
    /// <param name="name">What was named.</param>
    /// <param name="kind">Of what kind the mistake is.</param>
    public TessarException Unknown(string name, ErrorKind kind = ErrorKind.Usage) =>
        new(Refusal(name), kind) { Remedies = Remedies };

    /// <summary>What an error about a name says that isn't there.</summary>
    public string Refusal(string name) =>
        (AreListed ? UnknownName.Text(Kind, name, Names) : UnknownName.Short(Kind, name, Names))
            + (Advice.Length > 0 ? $" {Advice}" : string.Empty);

    /// <summary>The numbers a choice takes.</summary>
    /// <exception cref="TessarException">There is no choice of that name.</exception>
    /// <inheritdoc cref="Choice{TMark}.Settings"/>
    public IReadOnlyList<SettingAttribute> Settings(string name) => Find(name).Settings;

    /// <summary>What a choice says of itself.</summary>
    /// <exception cref="TessarException">There is no choice of that name.</exception>
    public TMark Describe(string name) => Find(name).Mark;

    /// <summary>The class of a choice.</summary>
    /// <exception cref="TessarException">There is no choice of that name.</exception>
    public Type TypeOf(string name) => Find(name).Type;

    /// <summary>Completes the numbers of a choice with its defaults.</summary>
    /// <param name="name">The choice.</param>
    /// <param name="given">Numbers that were given; a null counts as not given.</param>
    /// <param name="violations">Receives a sentence for everything that is wrong.</param>
    /// <returns>All its numbers by name; none for a choice that isn't there.</returns>
    public IReadOnlyDictionary<string, double> Complete(
        string name, IEnumerable<KeyValuePair<string, double?>> given, ICollection<string> violations)
    {
        if (FindOrNull(name) is not { } choice)
        {
            violations.Add(Refusal(name));
            return new Dictionary<string, double>(StringComparer.Ordinal);
        }

        var values = new SortedDictionary<string, double>(
            choice.Settings.ToDictionary(s => s.Name, s => s.Fallback, StringComparer.Ordinal), StringComparer.Ordinal);
        foreach ((string key, double? value) in given)
        {
            if (value is not { } number)
                continue;
            if (choice.Settings.FirstOrDefault(s => s.Name == key) is not { } setting)
                violations.Add(UnknownName.Text("setting", key, values.Keys, $"of the {Kind} {name}"));
            else if (setting.Objection(name, number) is { } objection)
                violations.Add(objection);
            else
                values[key] = number;
        }

        return values;
    }

    /// <summary>Makes a choice with its public constructor.</summary>
    /// <param name="name">The choice.</param>
    /// <param name="arguments">What the constructor takes.</param>
    /// <exception cref="TessarException">There is no choice of that name.</exception>
    /// <remarks>What the constructor throws comes out as it is.</remarks>
    public T Create(string name, params object[] arguments) =>
        (T)Activator.CreateInstance(
            Find(name).Type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions,
            binder: null, arguments, CultureInfo.InvariantCulture)!;
}
