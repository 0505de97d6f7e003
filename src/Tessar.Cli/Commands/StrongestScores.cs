using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Cli.Commands;

/// <summary>Scores within a memory budget: all of them where they fit, otherwise only the strongest, streamed.</summary>
internal sealed class StrongestScores(Setting<long> memory, Option<bool> topOnly)
{
    /// <summary>The option `--memory` of a command.</summary>
    public static Setting<long> MemorySetting(string command) => Setting.Size(
        $"{command}.memory", "--memory", "SIZE", "Memory that large arrays may take together; scores that don't fit are streamed", 2L << 30, "2GiB");

    /// <summary>The option `--top-only` of a command.</summary>
    public static Option<bool> TopOnlyOption() => new("--top-only") { Description = "Keep the strongest scores only, streamed: for millions of examples" };

    /// <summary>Scores, and keeps the result with the run.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="work">The runs and the method.</param>
    /// <param name="train">The training examples.</param>
    /// <param name="targets">What is explained.</param>
    /// <param name="top">Examples to keep per target and direction.</param>
    /// <param name="needsAll">Whether every score is asked for.</param>
    /// <returns>The strongest; all scores, or null when they were streamed.</returns>
    public (TopAttribution Best, AttributionMatrix? All, AttributionResult Kept) Find(
        Invocation call, Attributing work, ExampleSet train, ExampleSet targets, int top, bool needsAll)
    {
        MethodContext context = work.Context with { MemoryBudget = call.Value(memory), Plan = call.Remark };
        IAttributionMethod method = work.CreateMethod();
        bool isAsked = call.Value(topOnly);
        if (isAsked && method is not ITopAttribution)
            throw new TessarException($"{work.Method.Name} can't stream its scores. Leave --top-only out, or choose --method data/trak.", ErrorKind.Usage);
        if (isAsked && needsAll)
            throw new TessarException("--picture, --report and --export need every score, --top-only keeps the strongest. Leave one of them out.", ErrorKind.Usage);
        // 8 bytes a score while they are summed, 4 in the end.
        bool exceeds = 12L * train.Count * targets.Count > context.MemoryBudget;
        return call.Progress.Run(progress =>
        {
            MethodContext reporting = context with { Progress = Translate.Method(progress) };
            if (method is ITopAttribution streaming && (isAsked || (exceeds && !needsAll)))
            {
                TopAttribution best = streaming.ScoreTop(work.View, train, targets, top, reporting);
                return (best, (AttributionMatrix?)null, AttributionResult.Save(best, work.View, train, targets, work.Options));
            }

            if (call.GivenOptions().Contains("--memory", StringComparer.Ordinal))
            {
                call.Remark($"Plan: {Quantity.Count((long)train.Count * targets.Count)} scores, "
                    + $"{Quantity.Bytes(12L * train.Count * targets.Count)} of {Quantity.Bytes(context.MemoryBudget)} memory.");
            }

            AttributionMatrix matrix = method.Score(work.View, train, targets, reporting);
            return (TopAttribution.Of(matrix, top), matrix, AttributionResult.Save(matrix, work.View, train, targets, work.Options, top));
        });
    }
}
