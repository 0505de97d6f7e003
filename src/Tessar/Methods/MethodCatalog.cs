using System.Reflection;
using Tessar.Named;

namespace Tessar.Methods;

/// <summary>
/// All lenses, methods and questions of some assemblies, found by their marks; command line, JSON, pages and docs are derived
/// from it.
/// </summary>
/// <remarks>Make it once, where the program starts, and hand it on. Help texts are read when the first is asked for.</remarks>
public sealed class MethodCatalog
{
    private readonly Choices<object, MethodAttribute> _methodChoices;
    private readonly Choices<IQuestion, IQuestionMark> _questionChoices;
    private readonly SortedDictionary<string, MethodDescription> _methods;
    private readonly SortedDictionary<string, QuestionDescription> _questions;

    /// <summary>Finds what is marked.</summary>
    /// <param name="assemblies">Where to look.</param>
    /// <exception cref="ArgumentException">Two things have one name or verb, or a marked class can't be used.</exception>
    public MethodCatalog(params IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        Assembly[] all = [.. assemblies];
        _methodChoices = new("method", all) { Remedies = [new(RemedyKind.ListMethods)], AreListed = false };
        _questionChoices = new("question", all);
        if (_questionChoices.Names.FirstOrDefault(_methodChoices.Has) is { } both)
            throw new ArgumentException(
                $"A method and a question are called {both}: {_methodChoices.TypeOf(both)} and {_questionChoices.TypeOf(both)}.",
                nameof(assemblies));
        _methods = new(
            _methodChoices.All.ToDictionary(
                choice => choice.Name, choice => new MethodDescription(choice), StringComparer.Ordinal),
            StringComparer.Ordinal);
        _questions = new(
            _questionChoices.All.ToDictionary(
                choice => choice.Name, choice => new QuestionDescription(choice), StringComparer.Ordinal),
            StringComparer.Ordinal);
        LensAttribute[] lenses = [.. _questionChoices.All.Select(choice => choice.Mark).OfType<LensAttribute>()];
        QuestionVerbs.Refuse([.. _questions.Values.Select(question => (question.Verb, question.Name))]);
        Lenses =
        [
            .. lenses.Select(mark => new LensDescription(
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
        return _methods.TryGetValue(name, out MethodDescription? method) ? method : throw _methodChoices.Unknown(name);
    }

    /// <summary>Finds a question.</summary>
    /// <param name="name">A lens, or <c>lens/question</c>.</param>
    /// <exception cref="TessarException">There is none of that name; the message names the nearest.</exception>
    public QuestionDescription FindQuestion(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _questions.TryGetValue(name, out QuestionDescription? question) ? question : throw _questionChoices.Unknown(name);
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
    public IAttributionMethod CreateAttribution(string name, IReadOnlyDictionary<string, string> settings)
    {
        if (Find(name).Create(settings) is IAttributionMethod made)
            return made;
        IEnumerable<string> able = _methods.Values.Where(m => m.Type.IsAssignableTo(typeof(IAttributionMethod)))
            .Select(m => m.Name);
        throw new TessarException(
            $"{name} doesn't attribute predictions to training examples. Methods that do: {string.Join(", ", able)}.",
            ErrorKind.Usage);
    }
}
