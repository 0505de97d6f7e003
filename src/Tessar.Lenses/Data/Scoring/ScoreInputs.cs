using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Tessar.Lenses.Data.Scoring;

/// <summary>What every method checks of what it is given, before anything expensive starts.</summary>
internal static class ScoreInputs
{
    /// <summary>Checks what scores are asked for.</summary>
    /// <exception cref="TessarException">The scores don't fit into the budget.</exception>
    public static void Check(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        Check(run, train, context);
        ArgumentNullException.ThrowIfNull(targets);
        ScoreBudget.Check(train, targets, context);
    }

    /// <summary>Checks what self-influence is asked for.</summary>
    public static void Check(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
    }
}
