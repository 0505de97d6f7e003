using System.Globalization;
using System.Reflection;
using Tessar.Runs;

namespace Tessar.Training;

/// <summary>The implementations of one thing, found by their attribute: a new one is a new file and nothing else.</summary>
/// <typeparam name="T">What they derive from.</typeparam>
/// <typeparam name="TAttribute">The attribute that names them.</typeparam>
/// <param name="kind">What it is called in messages: "optimiser".</param>
internal sealed class Choices<T, TAttribute>(string kind)
    where T : class
    where TAttribute : Attribute, INamed
{
    private readonly SortedDictionary<string, Type> _types = new(
        typeof(T).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(TAttribute)) && type.IsAssignableTo(typeof(T)))
            .ToDictionary(type => type.GetCustomAttribute<TAttribute>()!.Name, StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>The numbers a choice takes.</summary>
    /// <exception cref="KeyNotFoundException">There is no choice of that name.</exception>
    /// <remarks>In ordinal order. Those of the choice it includes stand among them, unless it has one of the same name.</remarks>
    public IReadOnlyList<SettingAttribute> Settings(string name) =>
        [.. SettingsOf(_types[name]).DistinctBy(setting => setting.Name, StringComparer.Ordinal)
            .OrderBy(setting => setting.Name, StringComparer.Ordinal)];

    /// <summary>What a choice says of itself.</summary>
    /// <exception cref="KeyNotFoundException">There is no choice of that name.</exception>
    public TAttribute Describe(string name) => _types[name].GetCustomAttribute<TAttribute>()!;

    /// <summary>The class of a choice.</summary>
    /// <exception cref="KeyNotFoundException">There is no choice of that name.</exception>
    public Type TypeOf(string name) => _types[name];

    /// <summary>Completes a choice with its defaults.</summary>
    /// <param name="name">The choice.</param>
    /// <param name="given">Numbers that were given; a null counts as not given.</param>
    /// <param name="violations">Receives a sentence for everything that is wrong.</param>
    public NamedSettings Resolve(string name, IEnumerable<KeyValuePair<string, double?>> given, List<string> violations)
    {
        if (!_types.ContainsKey(name))
        {
            violations.Add($"There is no {kind} `{name}`.{NearestName.Hint(name, Names)} There are {string.Join(", ", Names)}.");
            return new NamedSettings(name, new Dictionary<string, double>(StringComparer.Ordinal));
        }

        IReadOnlyList<SettingAttribute> settings = Settings(name);
        var values = new SortedDictionary<string, double>(
            settings.ToDictionary(s => s.Name, s => s.Fallback, StringComparer.Ordinal), StringComparer.Ordinal);
        foreach ((string key, double? value) in given)
        {
            if (value is not { } number)
                continue;
            if (settings.FirstOrDefault(s => s.Name == key) is not { } setting)
                violations.Add(
                    $"The {kind} {name} has no `{key}`.{NearestName.Hint(key, values.Keys)} It has "
                        + $"{string.Join(", ", values.Keys)}.");
            else if (!setting.Allows(number))
                violations.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"`{key}` of {name} is {number}; it has to lie in "
                        + $"{setting.Range}{(setting.IsWhole ? " and be whole" : string.Empty)}."));
            else
                values[key] = number;
        }

        return new NamedSettings(name, values);
    }

    /// <summary>What keeps a recorded choice from being made again, as a clause; null when nothing does.</summary>
    public string? Objection(NamedSettings recorded)
    {
        List<string> violations = [];
        NamedSettings resolved = Resolve(
            recorded.Name, recorded.Values.Select(pair => new KeyValuePair<string, double?>(pair.Key, pair.Value)), violations);
        if (violations.Count > 0)
            return violations[0].TrimEnd('.');
        string? missing = resolved.Values.Keys.FirstOrDefault(key => !recorded.Values.ContainsKey(key));
        return missing is null ? null : $"its {kind} {recorded.Name} lacks `{missing}`";
    }

    /// <summary>Makes the implementation of a resolved choice.</summary>
    public T Create(NamedSettings settings, params object[] before) =>
        (T)Activator.CreateInstance(
            _types[settings.Name],
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions,
            binder: null, [.. before, settings], CultureInfo.InvariantCulture)!;

    private static IEnumerable<SettingAttribute> SettingsOf(Type type)
    {
        IEnumerable<SettingAttribute> own = type.GetCustomAttributes<SettingAttribute>();
        return type.GetCustomAttribute<TAttribute>()?.Includes is { } included ? own.Concat(SettingsOf(included)) : own;
    }
}

/// <summary>An attribute that gives a class a name.</summary>
internal interface INamed
{
    string Name { get; }

    /// <summary>Another choice whose numbers are this one's too, or null.</summary>
    Type? Includes => null;
}
