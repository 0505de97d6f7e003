using System.Globalization;
using Tessar.Examples;
using Tessar.Runs.Retraining;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>A partition of the training examples, and subsets made of whole groups.</summary>
internal sealed class ExampleGroups
{
    private readonly int[][] _members;

    private ExampleGroups(int[] ofExample)
    {
        OfExample = ofExample;
        _members = [.. Enumerable.Range(0, ofExample.Max() + 1)
            .Select(g => Enumerable.Range(0, ofExample.Length).Where(i => ofExample[i] == g).ToArray())];
    }

    /// <summary>The group of each example, [n], in [0, G).</summary>
    public int[] OfExample { get; }

    /// <summary>G.</summary>
    public int Count => _members.Length;

    /// <summary>Examples of a group.</summary>
    public int Size(int group) => _members[group].Length;

    /// <summary>Makes groups; those without an example don't exist.</summary>
    /// <param name="train">The examples.</param>
    /// <param name="by">What puts examples together.</param>
    /// <param name="slices">Parts of equal length, of the whole or of each class, where slices count.</param>
    public static ExampleGroups Of(ExampleSet train, DatamodelGrouping by, int slices)
    {
        int n = train.Count;
        int[] labels = by == DatamodelGrouping.Slice ? new int[n] : [.. Enumerable.Range(0, n).Select(train.Label)];
        int parts = by == DatamodelGrouping.Class ? 1 : slices;
        var sizes = labels.CountBy(label => label).ToDictionary();
        var seen = new Dictionary<int, int>();
        (int Label, int Slice)[] keys = new (int, int)[n];
        for (int i = 0; i < n; i++)
        {
            // Place among the examples of its class, in order of the data.
            int place = seen.GetValueOrDefault(labels[i]);
            seen[labels[i]] = place + 1;
            keys[i] = (labels[i], (int)((long)place * parts / sizes[labels[i]]));
        }

        (int, int)[] order = [.. keys.Distinct().Order()];
        return new ExampleGroups([.. keys.Select(key => Array.BinarySearch(order, key))]);
    }

    /// <summary>
    /// Draws which groups each subset has: every group with the same probability, independently; an empty subset is drawn again.
    /// </summary>
    /// <remarks>
    /// Subsets with a fixed number of groups would make the columns sum to a constant, and the regression with intercept
    /// singular.
    /// </remarks>
    public bool[][] Draw(int subsets, double probability, ulong seed)
    {
        bool[][] drawn = new bool[subsets][];
        for (int m = 0; m < subsets; m++)
        {
            var stream = new RandomStream(seed, "group mask", m);
            do
                drawn[m] = [.. Enumerable.Range(0, Count).Select(_ => stream.NextDouble() < probability)];
            while (!drawn[m].Contains(true));
        }

        return drawn;
    }

    /// <summary>The same subsets as masks over examples.</summary>
    public ExampleMasks Masks(bool[][] drawn) => ExampleMasks.Listed(
        OfExample.Length,
        [.. drawn.Select(row =>
            (IReadOnlyList<int>)[.. Enumerable.Range(0, Count).Where(g => row[g]).SelectMany(g => _members[g]).Order()])]);

    /// <summary>Names a group for messages.</summary>
    public string Describe(int group) => string.Create(
        CultureInfo.InvariantCulture, $"group {group} ({Size(group)} examples, the first of them number {_members[group][0]})");
}
