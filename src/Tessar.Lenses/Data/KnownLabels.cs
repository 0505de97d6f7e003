using System.Globalization;
using Tessar.Examples;
using Tessar.Runs;

namespace Tessar.Lenses.Data;

/// <summary>Refuses examples whose label a run's model doesn't know, before anything expensive starts.</summary>
internal static class KnownLabels
{
    /// <summary>Checks every example of a set.</summary>
    /// <param name="run">The run whose classes count.</param>
    /// <param name="set">The examples.</param>
    /// <exception cref="TessarException">A label isn't a class of the model; names the first.</exception>
    public static void Check(Run run, ExampleSet set)
    {
        for (int i = 0; i < set.Count; i++)
            Check(run, set, i);
    }

    /// <summary>Checks some examples of a set.</summary>
    /// <param name="run">The run whose classes count.</param>
    /// <param name="set">The examples.</param>
    /// <param name="indices">Which of them.</param>
    /// <exception cref="TessarException">A label isn't a class of the model; names the first.</exception>
    public static void Check(Run run, ExampleSet set, ReadOnlySpan<int> indices)
    {
        foreach (int i in indices)
            Check(run, set, i);
    }

    private static void Check(Run run, ExampleSet set, int index)
    {
        int classes = run.Record.Classes.Count;
        if (set.Label(index) is int label && (label < 0 || label >= classes))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture, $"Example {set.Split}:{set.First + index} has label {label}; the model knows classes 0 to {classes - 1}. ")
                + "Check the data.", ErrorKind.InputData) { Remedies = [new(RemedyKind.ShowExamples, run.Record.Program.Data.Name)] };
        }
    }
}
