namespace Tessar.Methods;

/// <summary>What the catalogue knows about a lens; everything comes from the lens's own folder.</summary>
public sealed class LensDescription
{
    internal LensDescription(
        LensAttribute mark, QuestionDescription own, IReadOnlyList<MethodDescription> methods,
        IReadOnlyList<QuestionDescription> others)
    {
        (Name, Verb, Question, NeedsTargets) = (mark.Name, mark.Verb, mark.Question, mark.NeedsTargets);
        (Own, Methods, Questions) = (own, methods, others);
    }

    /// <summary>Its name, for example <c>data</c>.</summary>
    public string Name { get; }

    /// <summary>The command that asks it.</summary>
    public string Verb { get; }

    /// <summary>Its question, for people.</summary>
    public string Question { get; }

    /// <summary>Whether targets have to be named.</summary>
    public bool NeedsTargets { get; }

    /// <summary>Its own question: what is asked when nothing else is.</summary>
    public QuestionDescription Own { get; }

    /// <summary>Its methods, by name.</summary>
    public IReadOnlyList<MethodDescription> Methods { get; }

    /// <summary>Its further questions, by name.</summary>
    public IReadOnlyList<QuestionDescription> Questions { get; }
}
