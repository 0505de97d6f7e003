using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;
using Tessar.Cli.Explanations;
using Tessar.Methods;

namespace Tessar.Tests.Cli.Explanations;

public sealed class ScoreExportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Csv_read_back_is_the_matrix_bit_for_bit_whatever_the_names_of_the_classes()
    {
        using var examples = new ExplainedExamples(score: (i, j) => (i + 1) / 3f * MathF.Pow(-10, j - 4));
        using var stream = new MemoryStream();
        ScoreExport.WriteCsv(examples.Explanation, stream, hasRawCells: true, _ => { }, Cancellation);
        List<string[]> lines = ParseCsv(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(["target", "targetLabel", "trainExample", "label", "trueLabel", "score", "rank"], lines[0]);
        AssertMatrix(examples, [.. lines.Skip(1).Select(line => new ScoreRow(
            line[0], line[1], line[2], line[3], line[4].Length == 0 ? null : line[4],
            float.Parse(line[5], CultureInfo.InvariantCulture), int.Parse(line[6], CultureInfo.InvariantCulture)))]);
    }

    [Fact]
    public async Task Parquet_read_back_is_the_matrix_bit_for_bit()
    {
        using var examples = new ExplainedExamples(targets: 4);
        using var stream = new MemoryStream();
        await ScoreExport.WriteParquet(examples.Explanation, stream, _ => { }, Cancellation);
        stream.Position = 0;
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: Cancellation);
        Assert.Equal("data/known", reader.CustomMetadata["tessar.method"]);
        Assert.Equal("change of the margin, to first order", reader.CustomMetadata["tessar.units"]);
        DataField[] fields = reader.Schema.GetDataFields();
        Assert.Equal(ScoreRow.Columns, fields.Select(field => field.Name));
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        int count = (int)group.RowCount;
        var texts = new List<string?[]>();
        foreach (DataField field in fields.Take(5))
        {
            string?[] column = new string?[count];
            await group.ReadAsync(field, column.AsMemory()!, null, Cancellation);
            texts.Add(column);
        }

        float[] scores = new float[count];
        int[] ranks = new int[count];
        await group.ReadAsync<float>(fields[5], scores.AsMemory(), null, Cancellation);
        await group.ReadAsync<int>(fields[6], ranks.AsMemory(), null, Cancellation);
        AssertMatrix(
            examples,
            [.. Enumerable.Range(0, count)
                .Select(r =>
                    new ScoreRow(texts[0][r]!, texts[1][r]!, texts[2][r]!, texts[3][r]!, texts[4][r], scores[r], ranks[r]))]);
    }

    [Fact]
    public void Equal_scores_are_ranked_in_order_of_index()
    {
        using var examples = new ExplainedExamples(targets: 1, (i, _) => i % 2);
        ScoreRow[] rows = ScoreRow.Of(examples.Matrix, 0, examples.Train, examples.Targets);
        Assert.Equal(
            Enumerable.Range(0, 15).Select(i => $"train:{(2 * i) + 1}")
                .Concat(Enumerable.Range(0, 15).Select(i => $"train:{2 * i}")), rows.Select(row => row.TrainExample));
        Assert.Equal(Enumerable.Range(1, 30), rows.Select(row => row.Rank));
    }

    [Fact]
    public void Export_stops_when_canceled()
    {
        using var examples = new ExplainedExamples();
        using var canceled = new CancellationTokenSource();
        canceled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            ScoreExport.WriteCsv(examples.Explanation, Stream.Null, hasRawCells: false, _ => { }, canceled.Token));
    }

    private static void AssertMatrix(ExplainedExamples examples, ScoreRow[] rows)
    {
        AttributionMatrix matrix = examples.Matrix;
        IReadOnlyList<string> classes = examples.Store.ClassNames;
        Assert.Equal(matrix.TrainCount * matrix.TargetCount, rows.Length);
        Assert.Contains(rows, row => row.TrueLabel is not null);
        for (int j = 0; j < matrix.TargetCount; j++)
        {
            ScoreRow[] column = [.. rows.Where(row => row.Target == $"test:{j}")];
            ScoredExample[] ranked = [.. matrix.Proponents(j, matrix.TrainCount)];
            for (int r = 0; r < ranked.Length; r++)
            {
                int i = ranked[r].Train, label = examples.Train.Label(i), stored = examples.Train.StoredLabel(i);
                Assert.Equal(
                    new ScoreRow(
                        $"test:{j}", classes[examples.Targets.Label(j)], $"train:{i}", classes[label],
                        label == stored ? null : classes[stored], matrix[i, j], r + 1), column[r]);
            }
        }
    }

    // RFC 4180: quotes around a field that holds a comma, a quote or a line end; quotes doubled within.
    private static List<string[]> ParseCsv(string text)
    {
        var (lines, line, field, isQuoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (isQuoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && c is ',' or '\n')
            {
                line.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    lines.Add([.. line]);
                    line.Clear();
                }
            }
            else
                field.Append(c);
        }

        Assert.Equal(0, line.Count + field.Length);
        return lines;
    }
}
