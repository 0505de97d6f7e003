using Apache.Arrow;
using Apache.Arrow.Ipc;
using CsCheck;
using Tessar.Runs;

namespace Tessar.Tests.Runs;

public sealed class MetricLogTests : IDisposable
{
    private static readonly MetricRow[] _rows =
    [
        new(3, 0, 0.5, 2.25, 0.125, LearningRate: 1e-3),
        new(6, 0, 0.75, 1.5, 0.5, LearningRate: 2e-3),
        new(7, 0, 1.0, TestLoss: 1.25, TestAccuracy: 0.75),
        new(10, 1, 1.5, 1.0, 0.625, LearningRate: 1e-3),
        new(1L << 40, 1 << 20, 1e9, double.MaxValue, 1, 0, 0, double.Epsilon),
    ];

    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("metrics.arrows");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_back_as_they_were_logged()
    {
        Write(_rows[..2], _rows[2..3], _rows[3..]);
        Assert.Equal(_rows, MetricReader.Read(Log));
    }

    [Fact]
    public void File_is_an_Arrow_stream_with_the_documented_columns()
    {
        Write(_rows[..2], _rows[2..]);
        using var reader = new ArrowStreamReader(File.OpenRead(Log));
        Assert.Equal(
            [
                "step int64", "epoch int32", "seconds double", "train/loss double?", "train/accuracy double?",
                "test/loss double?", "test/accuracy double?", "learning-rate double?",
            ],
            reader.Schema.FieldsList.Select(f => $"{f.Name} {f.DataType.Name}{(f.IsNullable ? "?" : string.Empty)}"),
            StringComparer.Ordinal);
        int[] lengths = [reader.ReadNextRecordBatch().Length, reader.ReadNextRecordBatch().Length];
        Assert.Equal([2, 3], lengths);
        Assert.Null(reader.ReadNextRecordBatch());
    }

    [Fact]
    public void File_cut_at_any_byte_gives_the_whole_batches_before()
    {
        Write(_rows[..2], _rows[2..3], _rows[3..]);
        byte[] whole = File.ReadAllBytes(Log);
        var lengths = new HashSet<int>();
        int last = 0;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Log, whole[..length]);
            IReadOnlyList<MetricRow> rows = MetricReader.Read(Log);
            Assert.Equal(_rows[..rows.Count], rows);
            Assert.True(rows.Count >= last);
            last = rows.Count;
            lengths.Add(rows.Count);
        }

        Assert.Equal([0, 2, 3, 5], lengths.Order());
    }

    [Fact]
    public void Torn_tail_after_whole_batches_is_ignored_whatever_it_holds()
    {
        using (MetricLog log = MetricLog.Create(Log))
        {
            log.Append(_rows[0]);
            log.Flush();
        }

        using (FileStream tail = new(Log, FileMode.Append))
            tail.Write([0xff, 0xff, 0xff, 0xff, 0x00, 0x10, 0x00, 0x00, 1, 2, 3]);
        Assert.Equal(_rows[..1], MetricReader.Read(Log));
    }

    [Fact]
    public void Reader_sees_whole_batches_while_the_log_is_open()
    {
        using MetricLog log = MetricLog.Create(Log);
        Assert.Empty(MetricReader.Read(Log));
        log.Append(_rows[0]);
        Assert.Empty(MetricReader.Read(Log));
        log.Flush();
        Assert.Equal(_rows[..1], MetricReader.Read(Log));
        log.Append(_rows[1]);
        log.Append(_rows[2]);
        log.Flush(toDisk: true);
        log.Flush();
        Assert.Equal(_rows[..3], MetricReader.Read(Log));
    }

    [Fact]
    public void New_log_begins_with_the_rows_that_are_kept()
    {
        Write(_rows);
        using (MetricLog log = MetricLog.Create(Log, _rows[..2]))
        {
            log.Append(_rows[4]);
            log.Flush();
        }

        Assert.Equal([_rows[0], _rows[1], _rows[4]], MetricReader.Read(Log));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Missing_file_has_no_rows() => Assert.Empty(MetricReader.Read(_folder.File("none/metrics.arrows")));

    [Fact]
    public void Foreign_file_is_refused_with_its_first_wrong_byte()
    {
        File.WriteAllText(Log, "step,loss\n1,2.5\n");
        var error = Assert.Throws<FileFormatException>(() => MetricReader.Read(Log));
        Assert.Equal(0, error.Offset);
        Assert.Contains(Log, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_with_other_columns_is_refused_by_name()
    {
        var schema = new Schema([new Field("step", Apache.Arrow.Types.Int32Type.Default, nullable: false)], metadata: null);
        using (FileStream file = File.Create(Log))
        using (var writer = new ArrowStreamWriter(file, schema))
        {
            writer.WriteStart();
            writer.WriteEnd();
        }

        var error = Assert.Throws<FileFormatException>(() => MetricReader.Read(Log));
        Assert.Contains("column `step` of type int64, found int32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_survives_changed_bytes()
    {
        Write(_rows[..2], _rows[2..3], _rows[3..]);
        byte[] whole = File.ReadAllBytes(Log);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                byte[] bytes = [.. whole];
                foreach ((int at, byte value) in changes)
                    bytes[at] = value;
                File.WriteAllBytes(Log, bytes);
                try
                {
                    return MetricReader.Read(Log).Count <= _rows.Length;
                }
                catch (FileFormatException)
                {
                    return true;
                }
            },
            iter: 2_000, threads: 1);
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_an_environment_error()
    {
        File.WriteAllText(_folder.File("file"), "not a folder");
        var error = Assert.Throws<TessarException>(() => MetricLog.Create(_folder.File("file/metrics.arrows")));
        Assert.Equal(ErrorKind.Environment, error.Kind);
    }

    private void Write(params MetricRow[][] batches)
    {
        using MetricLog log = MetricLog.Create(Log);
        foreach (MetricRow[] batch in batches)
        {
            foreach (MetricRow row in batch)
                log.Append(row);
            log.Flush();
        }

        log.Complete();
    }
}
