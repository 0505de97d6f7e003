using Apache.Arrow;
using Apache.Arrow.Types;

namespace Tessar.Runs;

/// <summary>
/// The columns of <c>metrics.arrows</c>: their names, types, and where they stand in a <see cref="MetricRow"/>.
/// </summary>
internal static class MetricColumns
{
    public const string Step = "step";
    public const string Epoch = "epoch";
    public const string Seconds = "seconds";

    /// <summary>The nullable float64 columns, in file order.</summary>
    public static readonly IReadOnlyList<string> Measured =
        ["train/loss", "train/accuracy", "test/loss", "test/accuracy", "learning-rate"];

    public static readonly Schema Schema = new(
        [
            new Field(Step, Int64Type.Default, nullable: false),
            new Field(Epoch, Int32Type.Default, nullable: false),
            new Field(Seconds, DoubleType.Default, nullable: false),
            .. Measured.Select(name => new Field(name, DoubleType.Default, nullable: true)),
        ],
        metadata: null);

    /// <summary>One record batch of these rows.</summary>
    public static RecordBatch Batch(IReadOnlyList<MetricRow> rows)
    {
        var steps = new Int64Array.Builder().Reserve(rows.Count);
        var epochs = new Int32Array.Builder().Reserve(rows.Count);
        var seconds = new DoubleArray.Builder().Reserve(rows.Count);
        DoubleArray.Builder[] measured = [.. Measured.Select(_ => new DoubleArray.Builder().Reserve(rows.Count))];
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
        }

        IArrowArray[] columns = [steps.Build(), epochs.Build(), seconds.Build(), .. measured.Select(column => column.Build())];
        return new RecordBatch(Schema, columns, rows.Count);
    }

    /// <summary>Appends the rows of a batch whose schema was checked.</summary>
    public static void Unpack(RecordBatch batch, List<MetricRow> rows)
    {
        var steps = (Int64Array)batch.Column(Step, StringComparer.Ordinal);
        var epochs = (Int32Array)batch.Column(Epoch, StringComparer.Ordinal);
        var seconds = (DoubleArray)batch.Column(Seconds, StringComparer.Ordinal);
        DoubleArray[] measured = [.. Measured.Select(name => (DoubleArray)batch.Column(name, StringComparer.Ordinal))];
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
                measured[4].GetValue(i)));
        }
    }

    private static void Append(DoubleArray.Builder column, double? value)
    {
        if (value is { } known)
            column.Append(known);
        else
            column.AppendNull();
    }
}
