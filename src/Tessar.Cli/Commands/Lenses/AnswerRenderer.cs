using System.Reflection;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// What a question's answers look like on a terminal and in `--json`. This one serves every question that has none of its own.
/// </summary>
internal class AnswerRenderer
{
    private static readonly Dictionary<string, Type> _own = typeof(AnswerRenderer).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(RendererOfAttribute), inherit: false))
        .ToDictionary(type => type.GetCustomAttribute<RendererOfAttribute>()!.Question, StringComparer.Ordinal);

    /// <summary>The record that `--json` prints.</summary>
    public virtual Type Result => typeof(LensJson);

    /// <summary>Help of `--method`.</summary>
    public virtual string MethodHelp => "How to answer";

    /// <summary>Help of `--memory`.</summary>
    public virtual string MemoryHelp => "Memory that large arrays may take together";

    /// <summary>The renderer of a question.</summary>
    public static AnswerRenderer Of(string question) =>
        _own.TryGetValue(question, out Type? type) ? (AnswerRenderer)Activator.CreateInstance(type)! : new AnswerRenderer();

    /// <summary>Adds options that only concern how answers look.</summary>
    public virtual void AddTo(QuestionCommand command)
    {
    }

    /// <summary>Command lines for the help.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="usual">The method that answers unless another is named.</param>
    public virtual IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual)
    {
        string runs = question.Mark.Against.Length > 0 ? "RUN_A RUN_B" : "RUN";
        string targets = question.NeedsTargets ? " --targets test:0-9" : string.Empty;
        IEnumerable<string> required = question.Options.Where(option => option.IsRequired)
            .Select(option => $" --{option.Name} {option.ValueName}");
        string line = $"{question.Verb} {runs}{targets}{string.Concat(required)}";
        if (question.Contract is null)
        {
            yield return (line, "With the usual settings");
            yield return ($"{line} --json", "For a script");
            yield break;
        }

        yield return (line, $"By {usual}");
        yield return ($"{line} --method {usual} --json", "For a script");
    }

    /// <summary>Settings of the question that follow from how answers shall look.</summary>
    public virtual IEnumerable<(string Name, object? Value)> Settings(Invocation call) => [];

    /// <summary>Refuses what can't be shown, before anything is computed.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="command">The command, for what was given.</param>
    /// <returns>Prints what was open and the answer.</returns>
    public virtual Action<Inquiry, MethodResult> Prepare(Invocation call, QuestionCommand command) => (_, result) =>
        call.Print(
            LensJson.Of(result.Kept), JsonOutput.Printing.LensJson,
            console => Write(console.Profile.Out.Writer, result.Kept, SentenceOf(call, result.Kept.Document)));

    // A lens's own question is one for people; of any other the command's summary says what is answered.
    private static string SentenceOf(Invocation call, ResultDocument document) =>
        call.Known.Lenses.FirstOrDefault(lens => lens.Name == document.Job.Question)?.Question
            ?? $"{call.Command.Description}.";

    private static void Write(TextWriter output, ResultFolder kept, string sentence)
    {
        ResultDocument document = kept.Document;
        output.WriteLine(sentence);
        foreach ((string name, string value) in AnswerText.Lines(document.Payload))
            output.WriteLine($"  {name}: {value}");
        output.WriteLine($"{document.Method} of {string.Join(", ", document.Job.Runs)}, {Quantity.Seconds(document.Seconds)}.");
        foreach (SelfCheck check in document.Checks)
            output.WriteLine(
                $"Check {check.Name}: "
                    + $"{Quantity.Number(check.Value)}{(check.Limit is { } limit ? $", limit {Quantity.Number(limit)}{(check.Holds ? string.Empty : ", exceeded")}" : string.Empty)}. {check.Meaning}");
        foreach (string remark in document.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {kept.DocumentPath}");
    }
}

/// <summary>Marks the renderer of a question's answers.</summary>
/// <param name="question">Name of the question; a lens's for its own.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class RendererOfAttribute(string question) : Attribute
{
    /// <summary>Name of the question.</summary>
    public string Question { get; } = question;
}
