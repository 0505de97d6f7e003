using System.Reflection;

namespace Tessar.Methods;

/// <summary>
/// All lenses, methods and questions of some assemblies, found by their marks; command line, JSON, pages and docs are derived
/// from it.
/// </summary>
/// <remarks>Make it once, where the program starts, and hand it on. Help texts are read when the first is asked for.</remarks>
public sealed class MethodCatalog
{
    private readonly SortedDictionary<string, MethodDescription> _methods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, QuestionDescription> _questions = new(StringComparer.Ordinal);

    /// <summary>Finds what is marked.</summary>
    /// <param name="assemblies">Where to look.</param>
    /// <exception cref="ArgumentException">Two things have one name or verb, or a marked class can't be used.</exception>
    public MethodCatalog(params IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        List<LensAttribute> marks = [];
        (Type Type, DocumentationComments Comments)[] types =
        [
            .. assemblies.Select(assembly => (Assembly: assembly, Comments: DocumentationComments.Of(assembly)))
                .SelectMany(one => one.Assembly.GetTypes().Select(type => (type, one.Comments))),
        ];
        foreach ((Type type, DocumentationComments comments) in types)
        {
            if (type.GetCustomAttribute<MethodAttribute>() is { } method
                && !_methods.TryAdd(method.Name, new MethodDescription(type, method, comments)))
                throw new ArgumentException(
                    $"Two methods are called {method.Name}: {_methods[method.Name].Type} and {type}.", nameof(assemblies));
        }

        foreach ((Type type, DocumentationComments comments) in types)
        {
            if (type.GetCustomAttribute<QuestionAttribute>() is { } question)
                Add(new QuestionDescription(type, question, comments));
            if (type.GetCustomAttribute<LensAttribute>() is { } lens)
            {
                Add(new QuestionDescription(type, lens.AsQuestion(), comments) { NeedsTargets = lens.NeedsTargets });
                marks.Add(lens);
            }
        }

        QuestionVerbs.Refuse([.. _questions.Values.Select(question => (question.Verb, question.Name))]);
        Lenses =
        [
            .. marks.OrderBy(mark => mark.Name, StringComparer.Ordinal).Select(mark => new LensDescription(
                mark, _questions[mark.Name], [.. _methods.Values.Where(method => method.Lens == mark.Name)],
                [.. _questions.Values.Where(question => question.Lens == mark.Name && question.Name != mark.Name)])),
        ];
    }

    /// <summary>The methods in order of their names.</summary>
    public IReadOnlyCollection<MethodDescription> Methods => _methods.Values;

    /// <summary>The lenses in order of their names.</summary>
    public IReadOnlyList<LensDescription> Lenses { get; }

    /// <summary>What can be asked, in order of the names: the lenses' own questions and the further ones.</summary>
    public IReadOnlyCollection<QuestionDescription> Questions => _questions.Values;

    /// <summary>Finds a method.</summary>
    /// <param name="name"><c>lens/method</c>.</param>
    /// <exception cref="TessarException">There is none of that name; the message names the nearest.</exception>
    public MethodDescription Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _methods.TryGetValue(name, out MethodDescription? method) ? method : throw new TessarException(
            $"There is no method `{name}`.{NearestName.Hint(name, _methods.Keys)}", ErrorKind.Usage)
        {
            Remedies = [new(RemedyKind.ListMethods)]
        };
    }

    /// <summary>Finds a question.</summary>
    /// <param name="name">A lens, or <c>lens/question</c>.</param>
    /// <exception cref="TessarException">There is none of that name; the message names the nearest.</exception>
    public QuestionDescription FindQuestion(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _questions.TryGetValue(name, out QuestionDescription? question) ? question : throw new TessarException(
            $"There is no question `{name}`.{NearestName.Hint(name, _questions.Keys)} There are: "
                + $"{string.Join(", ", _questions.Keys)}.", ErrorKind.Usage);
    }

    /// <summary>Finds a method that a question can be put to.</summary>
    /// <param name="name"><c>lens/method</c>; null for the question's default.</param>
    /// <param name="question">The question.</param>
    /// <returns>The method; null for a question without methods.</returns>
    /// <exception cref="TessarException">
    /// No such method, or it doesn't answer such questions; the message names those that do.
    /// </exception>
    internal MethodDescription? FindFor(QuestionDescription question, string? name)
    {
        if (question.Contract is not { } contract)
        {
            return name is null
                ? null
                : throw new TessarException(
                    $"`{question.Name}` asks no method, but `{name}` was named. Leave it out.", ErrorKind.Usage);
        }

        MethodDescription[] able = [.. _methods.Values.Where(method => method.Type.IsAssignableTo(contract))];
        string chosen = name ?? (question.DefaultMethod.Length > 0 ? question.DefaultMethod : able.FirstOrDefault()?.Name)
            ?? throw new TessarException(
                $"No method answers `{question.Name}` yet. Name an assembly that has one.", ErrorKind.Usage);
        MethodDescription found = Find(chosen);
        return able.Contains(found) ? found : throw new TessarException(
            $"{chosen} doesn't answer `{question.Name}`. Methods that do: "
                + $"{string.Join(", ", able.Select(method => method.Name))}.", ErrorKind.Usage);
    }

    /// <summary>Finds a method that attributes predictions to training examples, and builds it.</summary>
    /// <param name="name"><c>lens/method</c>.</param>
    /// <param name="settings">Values by option name.</param>
    /// <exception cref="TessarException">No such method, another kind of method, or settings that aren't allowed.</exception>
    public IAttributionMethod CreateAttribution(string name, IReadOnlyDictionary<string, string> settings) =>
        Find(name).Create(settings) as IAttributionMethod ?? throw new TessarException(
            $"{name} doesn't attribute predictions to training examples. Methods that do: "
            + $"{string.Join(", ", _methods.Values.Where(m => m.Type.IsAssignableTo(typeof(IAttributionMethod))).Select(m => m.Name))}.",
            ErrorKind.Usage);

    private void Add(QuestionDescription question)
    {
        if (_methods.ContainsKey(question.Name) || !_questions.TryAdd(question.Name, question))
            throw new ArgumentException(
                $"Two questions or methods are called {question.Name}; one is {question.Type}.", nameof(question));
    }
}
