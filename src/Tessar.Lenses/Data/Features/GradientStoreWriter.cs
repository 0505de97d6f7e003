using System.Globalization;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>Writes a gradient store batch by batch, so that a process killed at any point goes on where it stopped.</summary>
/// <remarks>
/// Rows and their <see cref="RowHashes"/> are flushed before their bits in <c>done.bitmap</c> are set, so a set bit is a promise,
/// and the hash tells whether it still holds. The scale of fp16 rows is chosen
/// from the first <see cref="ScaleSample"/> rows and written to the header before any row; batches until then wait in memory.
/// The disk is waited for by a thread of its own, while the next batches are computed.
/// </remarks>
internal sealed class GradientStoreWriter : IDisposable
{
    /// <summary>Rows from which the scale is chosen.</summary>
    public const int ScaleSample = 1000;

    private const int BatchesPerFlush = 64;
    private const long BytesPerCheck = 1 << 25;
    private const double LargestHalf = 65504;

    private readonly string _folder;
    private readonly FileStream _lock;
    private readonly List<(int First, Tensor Rows, Tensor Factors)> _waiting = [];
    private readonly bool[] _done;
    private readonly bool _half;
    private GradientStoreHeader _header;
    private RowShards? _rows;
    private FileStream? _factors;
    private FileStream? _bits;
    private RowHashes? _hashes;
    private int _sinceFlush;
    private Task? _flushing;
    private bool _scaled;

    /// <summary>Starts a store, or goes on with one that was interrupted.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="header">Header of a new store; its scale and its files are chosen here.</param>
    /// <param name="shardBytes">Bytes of rows from which on they are split over several files.</param>
    /// <exception cref="TessarException">Another process writes this store, or the disk is full.</exception>
    public GradientStoreWriter(string folder, GradientStoreHeader header, long shardBytes = GradientStore.ShardBytes)
    {
        (_folder, _header) = (folder, Split(header, shardBytes));
        _half = header.Origin.NumberFormat == "f16";
        _done = new bool[header.Rows];
        Guard(() => Directory.CreateDirectory(folder));
        _lock = TakeLock(folder);
        try
        {
            if (File.Exists(GradientStore.HeaderPath(folder)))
                Continue();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether a row is already on disk.</summary>
    public bool IsDone(int row) => _done[row];

    /// <summary>
    /// Rows that an interrupted writing had promised and that weren't what it had written; they count as not done.
    /// </summary>
    public int DamagedRows { get; private set; }

    /// <summary>Writes the rows of one batch.</summary>
    /// <param name="first">Index of the first row.</param>
    /// <param name="rows">Shape [B, k], fp32, finite.</param>
    /// <param name="factors">Q, shape [B], fp32.</param>
    public void Write(int first, Tensor rows, Tensor factors)
    {
        if (_scaled)
        {
            WriteNow(first, rows, factors);
            return;
        }

        _waiting.Add((first, rows.clone().DetachFromDisposeScope(), factors.clone().DetachFromDisposeScope()));
        if (_waiting.Sum(w => w.Rows.shape[0]) >= Math.Min(ScaleSample, _header.Rows))
            ChooseScale();
    }

    /// <summary>Flushes what is written; a process killed later loses nothing of it.</summary>
    public void Flush()
    {
        StartFlush();
        EndFlush();
    }

    /// <summary>Checks that every row is there and writes the final header.</summary>
    public void Finish()
    {
        if (Array.IndexOf(_done, false) is int missing and >= 0)
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture, $"Row {missing} of {_folder} was never written."));
        Flush();
        (double largest, long zeroRows, double meanSquaredNorm) = Survey();
        string[] hashes = _rows!.ComputeHashes();
        var summary = new GradientStoreSummary(hashes[0], GradientStore.HashOf(_factors!), largest, zeroRows, meanSquaredNorm);
        if (_header.RowsPerShard is not null)
        {
            using var all = new MemoryStream(Encoding.ASCII.GetBytes(string.Join('\n', hashes)));
            summary = summary with
            {
                RowsHash = GradientStore.HashOf(all),
                Shards = [.. hashes.Select((hash, s) =>
                    new GradientStoreShard(Path.GetFileName(_rows.Paths[s]), _rows.RowsOf(s), hash))],
            };
        }

        _header = _header with { Summary = summary };
        WriteHeader();
        _hashes!.Dispose();
        Guard(() => File.Delete(RowHashes.PathOf(_folder)));
    }

    /// <summary>Gives up the store's files; what was flushed stays.</summary>
    public void Dispose()
    {
        foreach ((_, Tensor rows, Tensor factors) in _waiting)
        {
            rows.Dispose();
            factors.Dispose();
        }

        _waiting.Clear();
        // Files stay open for a flush that runs; whether it worked matters to those who go on writing.
        if (_flushing is { } flushing)
            Task.WaitAny(flushing);
        _rows?.Dispose();
        _factors?.Dispose();
        _bits?.Dispose();
        _hashes?.Dispose();
        _lock.Dispose();
    }

    private static FileStream TakeLock(string folder)
    {
        string path = Path.Combine(folder, "writer.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TessarException(
                $"{path} can't be written: {e.Message.TrimEnd('.')}. Make it writable.", ErrorKind.Environment, e);
        }
        catch (IOException e)
        {
            throw new TessarException(
                $"{folder} is being written by another process ({path} is locked). Wait for it to end, or stop it; what it has "
                    + $"written is kept.",
                ErrorKind.Environment, e);
        }
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : -1;

    private static byte[] Pack(bool[] flags)
    {
        var bytes = new byte[(flags.Length + 7) / 8];
        for (int i = 0; i < flags.Length; i++)
        {
            if (flags[i])
                bytes[i / 8] |= (byte)(1 << (i % 8));
        }

        return bytes;
    }

    // The largest |φ| of the sample becomes about 2^10: 64 times below fp16's largest number, 2^24 above its smallest normal one.
    private void ChooseScale()
    {
        double largest = _waiting.Max(w => LargestOf(w.Rows));
        int exponent = _half && largest > 0 ? 10 - (int)Math.Ceiling(Math.Log2(largest)) : 0;
        _header = _header with { ScaleExponent = Math.Clamp(exponent, -126, 126) };
        WriteHeader();
        OpenFiles(FileMode.Create);
        _scaled = true;
        foreach ((int first, Tensor rows, Tensor factors) in _waiting)
        {
            using (rows)
            using (factors)
                WriteNow(first, rows, factors);
        }

        _waiting.Clear();
    }

    private void Continue()
    {
        GradientStoreHeader found = GradientStore.ReadHeader(_folder);
        if (found.Origin != _header.Origin || found.Rows != _header.Rows)
            throw GradientStore.Damaged(
                GradientStore.HeaderPath(_folder), "a store made from the same inputs", "another one", _folder);
        _header = found with { Summary = null };
        using var shards = new RowShards(_folder, _header);
        // Bits promise nothing about files that were removed or cut.
        bool isWhole = LengthOf(GradientStore.FactorsPath(_folder)) == found.Rows * sizeof(float);
        bool[] wholeShards = [.. Enumerable.Range(0, shards.Paths.Count)
            .Select(s => isWhole && shards.FoundLengthOf(s) == shards.LengthOf(s))];
        OpenFiles(FileMode.OpenOrCreate);
        _scaled = true;
        var bytes = new byte[(_done.Length + 7) / 8];
        _bits!.Position = 0;
        int read = _bits.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        for (int s = 0; s < wholeShards.Length; s++)
        {
            int first = (int)shards.FirstOf(s);
            // Bits that were never written are rows that were never promised.
            for (int i = first; wholeShards[s] && i < first + shards.RowsOf(s) && i / 8 < read; i++)
                _done[i] = (bytes[i / 8] >> (i % 8) & 1) == 1;
        }

        CheckDone();
    }

    // A flipped bit in a row would be sealed by the header as if it had been computed.
    private void CheckDone()
    {
        long rowBytes = RowShards.RowBytesOf(_header.Origin);
        int block = (int)Math.Clamp(BytesPerCheck / rowBytes, 1, _done.Length);
        for (int first = 0; first < _done.Length; first += block)
        {
            int count = Math.Min(block, _done.Length - first);
            if (Array.IndexOf(_done, true, first, count) < 0)
                continue;
            var rows = new byte[count * rowBytes];
            var factors = new byte[count * sizeof(float)];
            Guard(() =>
            {
                _rows!.Read(first, rows);
                _factors!.Position = first * (long)sizeof(float);
                _factors.ReadExactly(factors);
            });
            ulong[] found = RowHashes.Of(count, rows, factors), promised = _hashes!.Read(first, count);
            for (int i = 0; i < count; i++)
            {
                if (!_done[first + i] || found[i] == promised[i])
                    continue;
                _done[first + i] = false;
                DamagedRows++;
            }
        }
    }

    private static GradientStoreHeader Split(GradientStoreHeader header, long shardBytes)
    {
        long rowBytes = RowShards.RowBytesOf(header.Origin);
        return header.Rows * rowBytes <= shardBytes
            ? header
            : header with { FormatVersion = 2, RowsPerShard = (int)Math.Max(1, shardBytes / rowBytes) };
    }

    private void StartFlush()
    {
        EndFlush();
        if (_rows is not { } rows)
            return;
        byte[] done = Pack(_done); // what is promised is what was written by now
        _sinceFlush = 0;
        _flushing = Task.Run(() => Guard(() =>
        {
            rows.Flush();
            _factors!.Flush(flushToDisk: true);
            _hashes!.Flush();
            _bits!.Position = 0;
            _bits.Write(done);
            _bits.Flush(flushToDisk: true);
        }));
    }

    // Hands on what went wrong since.
    private void EndFlush()
    {
        Task? flushing = _flushing;
        _flushing = null;
        flushing?.GetAwaiter().GetResult();
    }

    private void OpenFiles(FileMode mode) => Guard(() =>
    {
        _rows?.Dispose();
        _rows = new RowShards(_folder, _header);
        _rows.OpenForWriting(mode);
        _factors = OpenFile(GradientStore.FactorsPath(_folder), mode, _header.Rows * sizeof(float));
        _bits = OpenFile(GradientStore.DonePath(_folder), mode, (_header.Rows + 7) / 8);
        _hashes = new RowHashes(_folder, mode, _header.Rows);
    });

    // Without a buffer: what a full disk refused would be written again on closing, and fail again.
    private static FileStream OpenFile(string path, FileMode mode, long length)
    {
        var stream = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        stream.SetLength(length);
        return stream;
    }

    private void WriteNow(int first, Tensor rows, Tensor factors)
    {
        int count = checked((int)rows.shape[0]);
        using Tensor scaled = rows * Math.Pow(2, _header.ScaleExponent);
        if (_half && LargestOf(scaled) > LargestHalf)
        {
            throw new NumericalException(string.Create(
                CultureInfo.InvariantCulture,
                $"Features of examples {first} to {first + count - 1} are more than 60 times larger than any of the first "
                    + $"{ScaleSample} and don't fit fp16. ")
                + "Run again with number-format=f32.")
            { Remedies = [new(RemedyKind.SetMethodOption, "number-format", "f32")] };
        }

        using Tensor stored = scaled.to_type(_half ? ScalarType.Float16 : ScalarType.Float32);
        using Tensor flatFactors = factors.to_type(ScalarType.Float32).contiguous();
        Guard(() =>
        {
            _rows!.Write(first, stored.bytes);
            RandomAccess.Write(_factors!.SafeFileHandle, flatFactors.bytes, first * (long)sizeof(float));
            _hashes!.Write(first, RowHashes.Of(count, stored.bytes, flatFactors.bytes));
        });
        Array.Fill(_done, true, first, count);
        if (++_sinceFlush >= BatchesPerFlush)
            StartFlush();
    }

    private static double LargestOf(Tensor rows)
    {
        using Tensor largest = rows.abs().max();
        return largest.item<float>();
    }

    private (double Largest, long ZeroRows, double MeanSquaredNorm) Survey()
    {
        long zeroRows = 0;
        double sum = 0, largest = 0;
        foreach ((int first, int count) in FeatureBlocks.Of((int)_header.Rows))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor stored = empty(
                count, _header.Origin.ProjectionDimension, dtype: _half ? ScalarType.Float16 : ScalarType.Float32);
            _rows!.Read(first, stored.bytes);
            Tensor rows = stored.to_type(ScalarType.Float32);
            largest = Math.Max(largest, LargestOf(rows));
            Tensor squares = rows.square().sum(1);
            zeroRows += (squares == 0).sum().item<long>();
            sum += squares.sum(ScalarType.Float64).item<double>();
        }

        return (
            largest * Math.Pow(2, -_header.ScaleExponent), zeroRows, sum * Math.Pow(4, -_header.ScaleExponent) / _header.Rows);
    }

    private void WriteHeader() => SealedJson.Write(
        GradientStore.HeaderPath(_folder), JsonSerializer.Serialize(_header, GradientStoreJson.Default.GradientStoreHeader));

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e) when (AtomicFile.IsDiskFull(e))
        {
            long bytes = checked(_header.Rows * RowShards.RowBytesOf(_header.Origin));
            throw new TessarException(
                string.Create(CultureInfo.InvariantCulture, $"The disk is full: {_folder} needs {bytes:N0} bytes. ")
                + "Free some space and run the command again: it goes on where it stopped. A smaller `projection-dimension` "
                + "needs less.",
                ErrorKind.Environment, e)
            { Remedies = [new(RemedyKind.SetMethodOption, "projection-dimension")] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"{_folder} can't be written: {e.Message.TrimEnd('.')}. Make it writable and run the command again: it goes on "
                    + $"where it stopped.",
                ErrorKind.Environment, e);
        }
    }
}
