using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Tessar.Cli.Explanations;

/// <summary>Writes every score of every target as a row of a table: target after target, strongest proponent first.</summary>
internal static class ScoreExport
{
    /// <summary>The endings of files that can be written.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".csv", ".parquet"];

    private const int RowsPerGroup = 1_000_000;

    /// <summary>
    /// CSV as RFC 4180 has it, lines ended by a line feed: UTF-8, a header, numbers so that reading them gives the same float.
    /// </summary>
    /// <param name="explanation">The scores.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="hasRawCells">
    /// Whether names stay as they are. Otherwise one that begins as a formula does in spreadsheets gets an apostrophe in front,
    /// so that opening the file runs nothing that came with somebody's data.
    /// </param>
    /// <param name="wrote">Told the predictions written.</param>
    /// <param name="cancellation">Ends it.</param>
    public static void WriteCsv(
        Explanation explanation, Stream stream, bool hasRawCells, Action<int> wrote, CancellationToken cancellation)
    {
        string Field(string name) => CsvCell.Of(name, hasRawCells);
        using var writer = new StreamWriter(
            stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true);
        writer.Write(string.Join(',', ScoreRow.Columns));
        writer.Write('\n');
        for (int target = 0; target < explanation.Matrix.TargetCount; target++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ScoreRow row in ScoreRow.Of(explanation.Matrix, target, explanation.Train, explanation.Targets))
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Field(row.Target)},{Field(row.TargetLabel)},{Field(row.TrainExample)},{Field(row.Label)},"
                        + $"{Field(row.TrueLabel ?? string.Empty)},{row.Score:R},{row.Rank}\n"));
            }

            wrote(target + 1);
        }
    }

    /// <summary>Apache Parquet; what the scores are stands in the file's metadata.</summary>
    public static async Task WriteParquet(
        Explanation explanation, Stream stream, Action<int> wrote, CancellationToken cancellation)
    {
        IReadOnlyList<string> names = ScoreRow.Columns;
        DataField[] fields =
        [
            new DataField<string>(names[0], false), new DataField<string>(names[1], false),
            new DataField<string>(names[2], false), new DataField<string>(names[3], false),
            new DataField<string>(names[4], true), new DataField<float>(names[5], false), new DataField<int>(names[6], false),
        ];
        ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, cancellationToken: cancellation)
            .ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            writer.CustomMetadata = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["tessar.method"] = explanation.Document.Method,
                ["tessar.run"] = explanation.Document.Run,
                ["tessar.train"] = explanation.Document.Train,
                ["tessar.targets"] = explanation.Document.Targets,
                ["tessar.units"] = explanation.Document.Report.Units,
                ["tessar.sign"] = explanation.Document.Sign,
            };
            int perGroup = Math.Max(1, RowsPerGroup / explanation.Matrix.TrainCount);
            foreach (int[] targets in Enumerable.Range(0, explanation.Matrix.TargetCount).Chunk(perGroup))
            {
                cancellation.ThrowIfCancellationRequested();
                ScoreRow[] rows = [.. targets.SelectMany(target =>
                    ScoreRow.Of(explanation.Matrix, target, explanation.Train, explanation.Targets))];
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(fields[0], Array.ConvertAll(rows, row => row.Target)).ConfigureAwait(false);
                await group.WriteAsync(fields[1], Array.ConvertAll(rows, row => row.TargetLabel)).ConfigureAwait(false);
                await group.WriteAsync(fields[2], Array.ConvertAll(rows, row => row.TrainExample)).ConfigureAwait(false);
                await group.WriteAsync(fields[3], Array.ConvertAll(rows, row => row.Label)).ConfigureAwait(false);
                await group.WriteAsync(fields[4], Array.ConvertAll(rows, row => row.TrueLabel)).ConfigureAwait(false);
                await group.WriteAsync<float>(
                    fields[5], Array.ConvertAll(rows, row => row.Score), cancellationToken: cancellation).ConfigureAwait(false);
                await group.WriteAsync<int>(fields[6], Array.ConvertAll(rows, row => row.Rank), cancellationToken: cancellation)
                    .ConfigureAwait(false);
                wrote(targets[^1] + 1);
            }
        }
    }
}
