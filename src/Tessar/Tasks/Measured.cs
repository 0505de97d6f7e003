namespace Tessar.Tasks;

/// <summary>What the measures of a task say of some examples.</summary>
/// <param name="measures">The task's.</param>
/// <param name="values">One for each, in their order; null where there was nothing to measure.</param>
internal sealed class Measured(IReadOnlyList<Measure> measures, IReadOnlyList<double?> values)
{
    /// <summary>Every measure with its value, in the task's order.</summary>
    public IEnumerable<(Measure Measure, double? Value)> All => measures.Zip(values);

    /// <summary>The measures besides loss and accuracy that have a finite value.</summary>
    /// <param name="of">What their names begin with: <c>train/</c> or <c>test/</c>.</param>
    public IEnumerable<KeyValuePair<string, double>> Others(string of) => All
        .Where(one => one.Measure.IsOther && one.Value is { } value && double.IsFinite(value))
        .Select(one => new KeyValuePair<string, double>(of + one.Measure.Name, one.Value!.Value));

    /// <summary>The value of a measure; null where there was nothing to measure, or the task has no such measure.</summary>
    public double? this[string name]
    {
        get
        {
            for (int i = 0; i < measures.Count; i++)
            {
                if (measures[i].Name == name)
                    return values[i];
            }

            return null;
        }
    }
}
