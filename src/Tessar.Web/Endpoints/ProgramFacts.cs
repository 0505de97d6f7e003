using System.Globalization;
using Tessar.Runs;
using Tessar.Web.Documents;

namespace Tessar.Web.Endpoints;

/// <summary>Everything that turned data and a seed into weights, in words.</summary>
internal static class ProgramFacts
{
    public static IReadOnlyList<FactGroup> Of(RunRecord record) =>
    [
        new("Data", [.. DataFacts(record)]),
        new("Optimisation", [.. OptimisationFacts(record)]),
        new("Computed with", [.. MachineFacts(record)]),
    ];

    private static IEnumerable<Fact> DataFacts(RunRecord record)
    {
        DataReference data = record.Program.Data;
        yield return new("Data set", RunEndpoint.DataName(record));
        if (record.Program.Task is { } task)
            yield return new("Task", task);
        yield return new("Training", data.Train);
        yield return new("Test", data.Test);
        foreach ((string name, string value) in record.Program.Input.Facts)
            yield return new(name, value);
        if (record.Program.Labels is { } labels)
        {
            yield return new(
                "Planted label errors",
                Text($"{labels.Edits} ({labels.Fraction * 100:0.##} % of {labels.Split}, seed {labels.Seed})"));
        }

        yield return new("Identity", data.Identity[..Math.Min(12, data.Identity.Length)]);
    }

    private static IEnumerable<Fact> OptimisationFacts(RunRecord record)
    {
        TrainingProgram program = record.Program;
        if (record.Kind == RunKind.Imported)
            yield return new("Weights", "imported; how they were trained isn't known");
        if (program.Optimizer is { } optimizer)
        {
            yield return new("Optimiser", optimizer.Name);
            foreach ((string name, double value) in optimizer.Values)
                yield return new(Words(name), Text($"{value}"));
        }

        if (program.Schedule is { } schedule)
        {
            yield return new("Schedule", string.Join(", ", schedule.Values
                .Select(pair => Text($"{Words(pair.Key).ToLowerInvariant()} {pair.Value}")).Prepend(schedule.Name)));
        }

        if (program.Epochs is { } epochs)
            yield return new("Epochs", Text($"{epochs}"));
        if (program.BatchSize is { } batch)
            yield return new("Batch size", Text($"{batch}"));
        if (program.LastBatch is { } last)
            yield return new("Last batch", last);
        if (program.Seed is { } seed)
            yield return new("Seed", Text($"{seed}"));
        foreach ((string name, double value) in record.Final?.Others ?? new Dictionary<string, double>(StringComparer.Ordinal))
            yield return new(name, Text($"{value:G4}"));
        yield return new("Checkpoints", Text($"{record.Checkpoints.Count}"));
    }

    private static IEnumerable<Fact> MachineFacts(RunRecord record)
    {
        yield return new("System", record.Machine.Os);
        yield return new("Processor", record.Machine.Processor);
        yield return new("Threads", Text($"{record.Machine.Threads} of {record.Machine.Cores} cores"));
        yield return new("Tessar", record.Versions.Tessar);
        yield return new("TorchSharp", record.Versions.TorchSharp);
        yield return new("libtorch", record.Versions.Libtorch);
        yield return new(".NET", record.Versions.Dotnet);
    }

    // learningRate → Learning rate
    private static string Words(string name)
    {
        string spaced = string.Concat(
            name.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
        return spaced.Length == 0 ? spaced : char.ToUpperInvariant(spaced[0]) + spaced[1..];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
