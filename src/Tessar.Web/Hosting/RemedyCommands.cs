namespace Tessar.Web.Hosting;

/// <summary>Says as a command to type what an error's remedies say as data.</summary>
internal static class RemedyCommands
{
    /// <summary>
    /// The command of the first remedy that is one; null when none is, because it changes a request or an option instead.
    /// </summary>
    public static string? Of(IEnumerable<Remedy> remedies) =>
        remedies.Select(Words).OfType<string>().Select(words => $"tessar {words}").FirstOrDefault();

    private static string? Words(Remedy remedy) => remedy.Kind switch
    {
        RemedyKind.ListMethods => "methods",
        RemedyKind.DescribeMethod => $"methods {remedy.Name}",
        RemedyKind.ListRuns => "runs",
        RemedyKind.ShowRun => $"show {remedy.Name}",
        RemedyKind.ResumeRun => $"train --resume {remedy.Name}",
        RemedyKind.ReplayRun => $"replay {remedy.Name}",
        RemedyKind.RunDemo => "demo",
        RemedyKind.Train when remedy is { Name: { } model, Value: { } data } => $"train --model {model} --data {data}",
        RemedyKind.ShowExamples when remedy.Name is { } data => $"examples show {data}",
        _ => null,
    };
}
