namespace Tessar.Methods;

/// <summary>
/// Marks a class as a further question of a lens: how good answers are, how runs differ. The catalogue finds it by this mark.
/// </summary>
/// <param name="name"><c>lens/question</c>, lower case, for example <c>data/lds</c>; unique among questions and methods.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class QuestionAttribute(string name) : Attribute, IQuestionMark
{
    /// <summary><c>lens/question</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The method that is asked when none is named; empty where none is asked.</summary>
    public string DefaultMethod { get; init; } = string.Empty;
}
