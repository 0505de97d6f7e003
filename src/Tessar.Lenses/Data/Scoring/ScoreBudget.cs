using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Kernels;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>Refuses score matrices that wouldn't fit into memory, before anything expensive starts.</summary>
internal static class ScoreBudget
{
    /// <summary>Checks an [n, m] matrix of scores: 8 bytes while it is summed, 4 in the end.</summary>
    public static void Check(ExampleSet train, ExampleSet targets, MethodContext context) => Check(train, targets, 1, context);

    /// <summary>Checks several [n, m] matrices of scores.</summary>
    public static void Check(ExampleSet train, ExampleSet targets, int matrices, MethodContext context) =>
        Refuse(
            12L * matrices * train.Count * targets.Count, $"Scores of {train} on {targets}", "Choose fewer targets.", context,
            new Remedy(RemedyKind.ChangeArgument, "targets"));

    /// <summary>Checks the [n, n] kernel of unprojected gradients.</summary>
    public static void Check(ExactPlan plan, ExampleSet train, MethodContext context)
    {
        if (!plan.Fits)
            Refuse(
                Math.Max(plan.LeastBytes, context.MemoryBudget + 1), $"The exact kernel of {train}",
                "Choose fewer training examples, or projection=sketch.", context,
                new Remedy(RemedyKind.ChangeArgument, "train"), new Remedy(RemedyKind.SetMethodOption, "projection", "sketch"));
    }

    private static void Refuse(long bytes, string what, string advice, MethodContext context, params Remedy[] remedies)
    {
        if (bytes > context.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} need {bytes:N0} bytes; the memory budget is {context.MemoryBudget:N0}. {advice}"), ErrorKind.Environment)
            {
                Remedies = remedies
            };
        }
    }
}
