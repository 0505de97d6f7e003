using Apache.Arrow;
using Apache.Arrow.Types;
using Tessar.Tasks;

namespace Tessar.Runs;

/// <summary>
/// The columns of <c>metrics.arrows</c>: their names, types, and where they stand in a <see cref="MetricRow"/>.
/// </summary>
internal static class MetricColumns
{
    public const string Step = "step";
    public const string Epoch = "epoch";
    public const string Seconds = "seconds";

    /// <summary>What the names of measures on training examples begin with.</summary>
    public const string Train = "train/";

    /// <summary>What the names of measures on the test set begin with.</summary>
    public const string Test = "test/";

    /// <summary>The nullable float64 columns, in file order.</summary>
    public static readonly IReadOnlyList<string> Measured =
        ["train/loss", "train/accuracy", "test/loss", "test/accuracy", "learning-rate"];

    /// <summary>The columns that every run has.</summary>
    public static readonly Schema Schema = SchemaOf([]);

    /// <summary>The columns of the measures that only a run's task has.</summary>
    public static IReadOnlyList<string> OthersOf(ITask task) =>
        [.. new[] { Train, Test }.SelectMany(of => task.Measures.Where(measure => measure.IsOther)
            .Select(measure => of + measure.Name))];

    /// <summary>All columns, in file order.</summary>
    /// <param name="others">Those of the run's task, last.</param>
    public static Schema SchemaOf(IReadOnlyList<string> others) => new(
        [
            new Field(Step, Int64Type.Default, nullable: false),
            new Field(Epoch, Int32Type.Default, nullable: false),
            new Field(Seconds, DoubleType.Default, nullable: false),
            .. Measured.Concat(others).Select(name => new Field(name, DoubleType.Default, nullable: true)),
        ],
        metadata: null);

    /// <summary>One record batch of these rows.</summary>
    /// <param name="schema">From <see cref="SchemaOf"/>.</param>
    /// <param name="rows">The rows.</param>
    public static RecordBatch Batch(Schema schema, IReadOnlyList<MetricRow> rows)
    {
        string[] others = [.. schema.FieldsList.Select(field => field.Name).Where(IsOther)];
        var steps = new Int64Array.Builder().Reserve(rows.Count);
        var epochs = new Int32Array.Builder().Reserve(rows.Count);
        var seconds = new DoubleArray.Builder().Reserve(rows.Count);
        DoubleArray.Builder[] measured = [.. Measured.Concat(others).Select(_ => new DoubleArray.Builder().Reserve(rows.Count))];
        foreach (MetricRow row in rows)
        {
            steps.Append(row.Step);
            epochs.Append(row.Epoch);
            seconds.Append(row.Seconds);
            Append(measured[0], row.TrainLoss);
            Append(measured[1], row.TrainAccuracy);
            Append(measured[2], row.TestLoss);
            Append(measured[3], row.TestAccuracy);
            Append(measured[4], row.LearningRate);
            for (int i = 0; i < others.Length; i++)
            {
                Append(
                    measured[Measured.Count + i],
                    row.Others is { } values && values.TryGetValue(others[i], out double value) ? value : null);
            }
        }

        IArrowArray[] columns = [steps.Build(), epochs.Build(), seconds.Build(), .. measured.Select(column => column.Build())];
        return new RecordBatch(schema, columns, rows.Count);
    }

    /// <summary>Appends the rows of a batch whose schema was checked.</summary>
    public static void Unpack(RecordBatch batch, List<MetricRow> rows)
    {
        var steps = (Int64Array)batch.Column(Step, StringComparer.Ordinal);
        var epochs = (Int32Array)batch.Column(Epoch, StringComparer.Ordinal);
        var seconds = (DoubleArray)batch.Column(Seconds, StringComparer.Ordinal);
        DoubleArray[] measured = [.. Measured.Select(name => (DoubleArray)batch.Column(name, StringComparer.Ordinal))];
        (string Name, DoubleArray Values)[] others =
        [
            .. batch.Schema.FieldsList.Where(field => IsOther(field.Name) && field.DataType is DoubleType)
                .Select(field => (field.Name, (DoubleArray)batch.Column(field.Name, StringComparer.Ordinal))),
        ];
        for (int i = 0; i < batch.Length; i++)
        {
            rows.Add(new MetricRow(
                steps.GetValue(i) ?? 0,
                epochs.GetValue(i) ?? 0,
                seconds.GetValue(i) ?? 0,
                measured[0].GetValue(i),
                measured[1].GetValue(i),
                measured[2].GetValue(i),
                measured[3].GetValue(i),
                measured[4].GetValue(i))
            {
                Others = MetricRow.Named(others.Where(column => column.Values.GetValue(i) is not null)
                    .Select(column => new KeyValuePair<string, double>(column.Name, column.Values.GetValue(i)!.Value))),
            });
        }
    }

    private static bool IsOther(string name) =>
        (name.StartsWith(Train, StringComparison.Ordinal) || name.StartsWith(Test, StringComparison.Ordinal))
            && !Measured.Contains(name, StringComparer.Ordinal);

    private static void Append(DoubleArray.Builder column, double? value)
    {
        if (value is { } known)
            column.Append(known);
        else
            column.AppendNull();
    }
}
