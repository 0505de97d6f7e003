using System.Globalization;
using Tessar.Examples;

namespace Tessar.Tasks;

/// <summary>Refuses examples whose label a model doesn't know, before anything expensive starts.</summary>
internal static class KnownLabels
{
    /// <summary>Checks some examples of a set.</summary>
    /// <param name="classes">How many classes the model tells apart.</param>
    /// <param name="set">The examples.</param>
    /// <param name="indices">Which of them.</param>
    /// <exception cref="TessarException">A label isn't a class of the model; names the first.</exception>
    public static void Check(int classes, ExampleSet set, ReadOnlySpan<int> indices)
    {
        foreach (int i in indices)
            Check(classes, set, i);
    }

    private static void Check(int classes, ExampleSet set, int index)
    {
        if (set.Label(index) is int label && (label < 0 || label >= classes))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"Example {set.Split}:{set.First + index} has label {label}; the model knows classes 0 to {classes - 1}. ")
                + "Check the data.", ErrorKind.InputData)
            { Remedies = [new(RemedyKind.ShowExamples, set.Store.Path)] };
        }
    }
}
