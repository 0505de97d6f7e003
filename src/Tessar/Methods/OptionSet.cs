using System.Reflection;
using Tessar.Named;

namespace Tessar.Methods;

/// <summary>
/// The settings of a marked class, from the record its one constructor takes; a class without parameters has none.
/// </summary>
internal sealed class OptionSet
{
    private readonly string _name;
    private readonly ConstructorInfo _constructor;
    private readonly bool _isMethod;
    private readonly Type? _record;
    private readonly Lazy<IReadOnlyList<MethodOption>> _options;

    /// <summary>Finds the constructor.</summary>
    /// <param name="type">The marked class.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="comments">Where the help texts come from.</param>
    /// <exception cref="ArgumentException">
    /// It hasn't exactly one public constructor, with one options record or nothing.
    /// </exception>
    public OptionSet(Type type, string name, DocumentationComments comments)
    {
        ConstructorInfo[] constructors = type.GetConstructors();
        if (constructors is not [{ } only] || only.GetParameters().Length > 1)
            throw new ArgumentException(
                $"{name}: {type} needs one public constructor, which takes its options record or nothing.", nameof(type));
        (_name, _constructor, _isMethod) = (name, only, type.IsDefined(typeof(MethodAttribute), inherit: false));
        _record = only.GetParameters() is [var parameter] ? parameter.ParameterType : null;
        _options = new Lazy<IReadOnlyList<MethodOption>>(() => _record is null ? [] : Read(_record, comments));
    }

    /// <summary>The settings, in the order of their properties.</summary>
    public IReadOnlyList<MethodOption> All => _options.Value;

    // The reference describes methods; the settings of a question stand in the help of its command.
    private IReadOnlyList<Remedy> Remedies => _isMethod ? [new(RemedyKind.DescribeMethod, _name)] : [];

    /// <summary>What is wrong with settings, one sentence each.</summary>
    public IReadOnlyList<string> Objections(IReadOnlyDictionary<string, string> settings)
    {
        List<string> objections = [];
        foreach ((string name, string text) in settings)
        {
            if (All.FirstOrDefault(o => o.Name == name) is not { } option)
                objections.Add($"there is no option `{name}`.{NearestName.Hint(name, All.Select(o => o.Name))}");
            else if (!option.TryRead(text, out _, out string? objection))
                objections.Add(objection!);
        }

        objections.AddRange(All.Where(option => option.IsRequired && !settings.ContainsKey(option.Name))
            .Select(option => $"`{option.Name}` is missing: {option.Help.TrimEnd('.')}. Name it."));
        if (objections.Count == 0)
            objections.AddRange(All.Select(option => WithoutEffect(option, settings)).OfType<string>());
        return objections;
    }

    /// <summary>Builds the class with its settings, which have to be allowed.</summary>
    public object Create(IReadOnlyDictionary<string, string> settings)
    {
        if (Objections(settings) is { Count: > 0 } objections)
            throw new TessarException($"{_name}: {string.Join(' ', objections)}", ErrorKind.Usage) { Remedies = Remedies };
        object? options = _record is null ? null : Activator.CreateInstance(_record)!;
        foreach ((string name, string text) in settings)
        {
            MethodOption option = All.First(o => o.Name == name);
            option.TryRead(text, out object? value, out _);
            option.Assign(options!, value);
        }

        return Construct(options);
    }

    /// <summary>Builds the class with its defaults, to see what it is; what has to be given isn't.</summary>
    public object CreateDefault() => Construct(_record is null ? null : Activator.CreateInstance(_record)!);

    private object Construct(object? options)
    {
        try
        {
            return _constructor.Invoke(options is null ? [] : [options]);
        }
        catch (TargetInvocationException e) when (e.InnerException is TessarException refusal)
        {
            throw new TessarException($"{_name}: {refusal.Message}", refusal.Kind, refusal) { Remedies = refusal.Remedies };
        }
    }

    /// <summary>The effective settings, defaults included, as they would be typed.</summary>
    public IReadOnlyDictionary<string, string> Effective(IReadOnlyDictionary<string, string> settings)
    {
        var effective = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (MethodOption option in All)
        {
            string text = settings.TryGetValue(option.Name, out string? given) ? given : option.DefaultText;
            effective[option.Name] = option.TryRead(text, out object? value, out _)
                ? option.TextOf(value)
                : option.DefaultText;
        }

        return effective;
    }

    /// <summary>
    /// What settings have no effect, as others stand; the default may be given always, for recorded settings name it.
    /// </summary>
    private string? WithoutEffect(MethodOption option, IReadOnlyDictionary<string, string> settings)
    {
        if (option.Use is not { } use || !settings.TryGetValue(option.Name, out string? given) || given == option.DefaultText)
            return null;
        MethodOption other = All.First(one => one.Name == use.Other);
        return use.Holds(given, ValueOf(other)) ? null : use.Objection(option.Name, other.Name);

        object? ValueOf(MethodOption one) =>
            settings.TryGetValue(one.Name, out string? text) && one.TryRead(text, out object? value, out _) ? value : one.Default;
    }

    private static MethodOption[] Read(Type record, DocumentationComments comments)
    {
        object defaults = Activator.CreateInstance(record)!;
        return
        [
            .. record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)
                .Select(p => new MethodOption(p, defaults, () => comments.SummaryOf(p))),
        ];
    }
}
