namespace Tessar.Methods;

/// <summary>
/// Marks a class as a lens: a question about a run that methods answer. The catalogue finds it by this mark, and the methods by
/// its name.
/// </summary>
/// <param name="name">Lower case, for example <c>data</c>; unique. Its methods are called <c>data/…</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LensAttribute(string name) : Attribute, IQuestionMark
{
    /// <summary>The lens's name.</summary>
    public string Name { get; } = name;

    /// <summary>The command that asks it, for example <c>attribute</c>; unique.</summary>
    public required string Verb { get; init; }

    /// <summary>The question, for people, for example <c>Which training examples made this prediction?</c>.</summary>
    public required string Question { get; init; }

    /// <summary>The method that is asked when none is named; the first by name where this is empty.</summary>
    public string DefaultMethod { get; init; } = string.Empty;

    /// <summary>Whether targets have to be named. Default: no.</summary>
    public bool NeedsTargets { get; init; }

    /// <summary>What a lens's own question says of itself.</summary>
    internal QuestionAttribute AsQuestion() => new(Name)
    {
        DefaultMethod = DefaultMethod,
        Verb = Verb,
        Targets = "The predictions to explain, both ends included",
    };
}
