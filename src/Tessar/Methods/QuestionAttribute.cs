namespace Tessar.Methods;

/// <summary>
/// Marks a class as a further question of a lens: how good answers are, how runs differ. The catalogue finds it by this mark;
/// its command, help, completion and <c>--json</c> are made from the mark, its options and their comments.
/// </summary>
/// <param name="name"><c>lens/question</c>, lower case, for example <c>data/lds</c>; unique among questions and methods.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class QuestionAttribute(string name) : Attribute, IQuestionMark
{
    /// <summary><c>lens/question</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The method that is asked when none is named; empty where none is asked.</summary>
    public string DefaultMethod { get; init; } = string.Empty;

    /// <summary>
    /// The command that asks it: one word, or a group and a word; unique. Where this is empty <c>evaluate</c> and what follows
    /// the slash of the name, for example <c>evaluate lds</c>.
    /// </summary>
    public string Verb { get; init; } = string.Empty;

    /// <summary>What its runs are, for help.</summary>
    public string Runs { get; init; } = "one run, or several of the same program whose scores are averaged";

    /// <summary>Whether it asks a single run. Default: no.</summary>
    public bool TakesOneRun { get; init; }

    /// <summary>What the runs of the other side are, for help; empty where runs aren't compared.</summary>
    public string Against { get; init; } = string.Empty;

    /// <summary>Whether it can be told which training examples to look at. Default: yes.</summary>
    public bool TakesTrain { get; init; } = true;

    /// <summary>What its targets are and which it takes by itself, for help; empty where it looks at none.</summary>
    public string Targets { get; init; } = string.Empty;
}
