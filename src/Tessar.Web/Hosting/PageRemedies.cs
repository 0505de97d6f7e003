using System.Diagnostics;

namespace Tessar.Web.Hosting;

/// <summary>
/// Says on a page what an error's remedies say as data: what to do there, and the command for what is done elsewhere.
/// </summary>
internal static class PageRemedies
{
    /// <summary>What to do, and the command that does it.</summary>
    /// <param name="remedies">The remedies, the best first.</param>
    /// <param name="program">How the command line is called.</param>
    /// <returns>
    /// Sentences, the one that the command belongs to last; the empty string without remedies. The command of the first remedy
    /// that the pages don't offer themselves; null when they offer all of them.
    /// </returns>
    public static (string Action, string? Command) Of(IReadOnlyList<Remedy> remedies, string program)
    {
        Step[] steps = [.. remedies.Select(Word).DistinctBy(step => step.Words, StringComparer.Ordinal)];
        Step? typed = Array.Find(steps, step => step.Command is not null);
        IEnumerable<string> sentences = steps.Where(step => step != typed).Select(step => $"{step.Words}.");
        if (typed is not null)
            sentences = sentences.Append($"{(steps.Length > 1 ? "Or " + Lower(typed.Words) : typed.Words)}:");
        return (string.Join(' ', sentences), typed is null ? null : $"{program} {typed.Command}");
    }

    private static Step Word(Remedy remedy) => remedy.Kind switch
    {
        RemedyKind.SetMethodOption => new(
            remedy.Value is { } value
                ? $"Set the method’s option “{remedy.Name}” to {value}" : $"Set the method’s option “{remedy.Name}” otherwise"),
        RemedyKind.ChangeArgument => new(
            remedy.Value is { } value ? $"Ask with “{remedy.Name}” set to {value}" : $"Ask with another “{remedy.Name}”"),
        RemedyKind.UseMethod => new($"Choose the method {remedy.Name}"),
        RemedyKind.ListMethods => new("Choose one of the methods under Lenses on the run’s overview"),
        RemedyKind.DescribeMethod => new($"See what {remedy.Name} can be told", $"methods {remedy.Name}"),
        RemedyKind.ListRuns => new("Choose one of the runs in the table of runs"),
        RemedyKind.ShowRun => new($"Look at the overview of the run {remedy.Name}"),
        RemedyKind.ResumeRun => new($"Let the run {remedy.Name} go on", $"train --resume {remedy.Name}"),
        RemedyKind.ReplayRun => new($"Train the run {remedy.Name} again and compare", $"replay {remedy.Name}"),
        RemedyKind.Train => remedy is { Name: { } model, Value: { } data }
            ? new($"Train {model} on {data}", $"train --model {model} --data {data}")
            : new($"Record another run of {remedy.Name ?? "a model"} on {remedy.Value ?? "the data"}"),
        RemedyKind.Retrain => new("Train the run’s program several times first"),
        RemedyKind.Attribute => new("Look at the scores of the run’s training examples"),
        RemedyKind.ImportExamples => new($"Make an example store of {remedy.Name ?? "the files"} again"),
        RemedyKind.ShowExamples => remedy.Name is { } data
            ? new($"Look at what {data} holds", $"examples show {data}") : new("Look at what the data set holds"),
        RemedyKind.RunDemo => new("Make a first run in about a minute", "demo"),
        _ => throw new UnreachableException($"{remedy.Kind} has no words"), // a test goes over all kinds
    };

    private static string Lower(string words) => char.ToLowerInvariant(words[0]) + words[1..];

    private sealed record Step(string Words, string? Command = null);
}
