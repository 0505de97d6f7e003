using System.CommandLine;

namespace Tessar.Cli.Parsing;

/// <summary>Says in commands and options what an error's remedies say as data; libraries know neither.</summary>
internal static class RemedyWords
{
    /// <summary>" Next: `tessar runs`." with a leading space, or the empty string when nothing can be typed.</summary>
    /// <param name="remedies">The remedies, the best first.</param>
    /// <param name="command">The command that failed, whose options may be named; null when there is none.</param>
    /// <param name="runs">
    /// The folder of the runs when the line named one, so that the command can be copied; otherwise null.
    /// </param>
    public static string Of(IReadOnlyList<Remedy> remedies, Command? command, string? runs = null)
    {
        string[] steps = [.. remedies.Select(remedy => Step(remedy, command, runs)).OfType<string>()
            .Distinct(StringComparer.Ordinal)];
        return steps.Length == 0 ? string.Empty : $" Next: {string.Join(", or ", steps.Select(step => $"`{step}`"))}.";
    }

    private static string? Step(Remedy remedy, Command? command, string? runs)
    {
        string OnRuns(string words) => Line(words) + (runs is null ? string.Empty : $" --runs {Word(runs)}");
        return remedy.Kind switch
        {
            RemedyKind.SetMethodOption =>
                command is TessarCommand { PassesKeysToMethod: true } ? $"--set {remedy.Name}={remedy.Value ?? "…"}" : null,
            RemedyKind.ChangeArgument => OptionText(command, remedy.Name!, remedy.Value),
            RemedyKind.UseMethod => OptionText(command, "method", remedy.Name),
            RemedyKind.ListMethods => Line("methods"),
            RemedyKind.DescribeMethod => Line($"methods {remedy.Name}"),
            RemedyKind.ListRuns => OnRuns("runs"),
            RemedyKind.ShowRun => OnRuns($"show {remedy.Name}"),
            RemedyKind.ResumeRun => OnRuns($"train --resume {remedy.Name}"),
            RemedyKind.ReplayRun => OnRuns($"replay {remedy.Name}"),
            RemedyKind.Train => OnRuns($"train --model {Word(remedy.Name ?? "MODEL")} --data {Word(remedy.Value ?? "DATA")}"),
            RemedyKind.Retrain => OnRuns("retrain …"),
            RemedyKind.Attribute => OnRuns("attribute RUN --targets test:0-9"),
            RemedyKind.ImportExamples =>
                Line(
                    $"examples import {Word(remedy.Name ?? "SOURCE")}"
                        + $"{(remedy.Value is { } size ? $" --size {size}" : string.Empty)} --out FILE.tess"),
            RemedyKind.ShowExamples => Line($"examples show {Word(remedy.Name ?? "DATA")}"),
            RemedyKind.RunDemo => OnRuns("demo"),
            _ => throw new System.Diagnostics.UnreachableException($"{remedy.Kind} has no words"), // a test goes over all kinds
        };
    }

    private static string Line(string words) => $"{CommandLine.ProgramName} {words}";

    private static string Word(string text) => text.Contains(' ', StringComparison.Ordinal) ? $"'{text}'" : text;

    /// <summary>
    /// The option of a command by its name without dashes, with the value or its place-holder; null when the command has none.
    /// </summary>
    private static string? OptionText(Command? command, string name, string? value)
    {
        for (Command? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            if (at.Options.FirstOrDefault(option => option.Name == $"--{name}") is { } found)
                return found.ValueType == typeof(bool)
                    ? found.Name
                    : $"{found.Name} {(value is null ? found.HelpName : Word(value)) ?? "…"}";
        }

        return null;
    }
}
