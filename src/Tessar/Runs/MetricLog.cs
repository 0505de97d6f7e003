using System.Security.Cryptography;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Tessar.Runs;

/// <summary>Appends rows to <c>metrics.arrows</c>, an Arrow IPC stream, one whole record batch at a time.</summary>
/// <remarks>
/// Each batch is made in memory and handed to the file in one write, so a reader, or a crash, sees whole batches and at most
/// one torn tail. One thread at a time.
/// </remarks>
public sealed class MetricLog : IDisposable
{
    private readonly string _path;
    private readonly Schema _schema;
    private readonly FileStream _file;
    private readonly MemoryStream _message = new();
    private readonly ArrowStreamWriter _writer;
    private readonly List<MetricRow> _waiting = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private MetricLog(string path, FileStream file, Schema schema)
    {
        _schema = schema;
        _path = path;
        _file = file;
        _writer = new ArrowStreamWriter(_message, schema, leaveOpen: true);
    }

    /// <summary>Starts a log in place of whatever <paramref name="path"/> holds, beginning with the given rows.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="kept">Rows to begin with: those of the interrupted run up to the checkpoint it goes on from.</param>
    /// <returns>The open log; the caller disposes of it.</returns>
    /// <exception cref="TessarException">The file can't be written.</exception>
    public static MetricLog Create(string path, IReadOnlyList<MetricRow>? kept = null) => Create(path, kept, []);

    /// <inheritdoc cref="Create(string, IReadOnlyList{MetricRow}?)"/>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="kept">Rows to begin with.</param>
    /// <param name="others">Columns of the measures that only the run's task has.</param>
    internal static MetricLog Create(string path, IReadOnlyList<MetricRow>? kept, IReadOnlyList<string> others)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string temporary = $"{path}.tmp-{Environment.ProcessId}";
        MetricLog? log = null;
        try
        {
            // Readers may look on while it is written, and it gets its name while it is open. No buffer: batches are whole
            // already.
            log = new MetricLog(
                path,
                new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0),
                MetricColumns.SchemaOf(others));
            log._writer.WriteStart();
            log._waiting.AddRange(kept ?? []);
            log.Flush(toDisk: true);
            File.Move(temporary, path, overwrite: true);
            return log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TessarException)
        {
            if (log is not null)
            {
                log.Dispose();
                File.Delete(temporary);
            }

            throw e as TessarException ?? CannotWrite(path, e);
        }
    }

    /// <summary>Adds a row; <see cref="Flush"/> writes it.</summary>
    /// <param name="row">The row; steps never decrease from row to row.</param>
    public void Append(MetricRow row) => _waiting.Add(row);

    /// <summary>Writes the rows added since the last time as one record batch; nothing when there are none.</summary>
    /// <param name="toDisk">Whether to wait until the disk has them, for safety against a power cut.</param>
    /// <exception cref="TessarException">
    /// The file can't be written, for instance because the disk is full; the rows before stay.
    /// </exception>
    public void Flush(bool toDisk = false)
    {
        if (_waiting.Count > 0)
        {
            using RecordBatch batch = MetricColumns.Batch(_schema, _waiting);
            _writer.WriteRecordBatch(batch);
            _waiting.Clear();
        }

        long whole = _file.Position;
        try
        {
            _file.Write(_message.GetBuffer(), 0, (int)_message.Length);
            _file.Flush(toDisk);
            _hash.AppendData(_message.GetBuffer(), 0, (int)_message.Length);
        }
        catch (IOException e)
        {
            _file.SetLength(whole);
            throw CannotWrite(_path, e);
        }
        finally
        {
            _message.SetLength(0);
        }
    }

    /// <summary>What of the file is whole by now.</summary>
    internal MetricsReference Written => new(_file.Position, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    /// <summary>Writes what is waiting and the mark that ends an Arrow stream.</summary>
    /// <exception cref="TessarException">The file can't be written; the rows before stay.</exception>
    public void Complete()
    {
        Flush();
        _writer.WriteEnd();
        Flush(toDisk: true);
    }

    /// <summary>Closes the file. Rows that were added but not flushed are lost.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _message.Dispose();
        _file.Dispose();
        _hash.Dispose();
    }

    private static TessarException CannotWrite(string path, Exception cause) => new(
        $"{path} can't be written: {cause.Message} Free some space or make the folder writable, then resume the run.",
        ErrorKind.Environment, cause);
}
