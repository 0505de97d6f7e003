using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using Tessar.Lenses.Data.Search;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Features;

/// <summary>A finished store of projected gradients: n rows of k numbers, and one factor Q per row.</summary>
/// <remarks>
/// Folder: <c>header.json</c>, <c>phi.bin</c> (n×k, row by row, fp16 or fp32, little-endian), <c>q.bin</c> (n fp32),
/// <c>done.bitmap</c> (one bit per row). More than <see cref="ShardBytes"/> of rows are split over files <c>phi-00000.bin</c>, …,
/// which the header lists. Rows are read in blocks or mapped in windows, so the store may be larger than memory.
/// </remarks>
internal sealed class GradientStore : IFeatureRows, IStoredRows, IDisposable
{
    /// <summary>Bytes of rows from which on a store is split, and the most a file then holds.</summary>
    public const long ShardBytes = 1L << 30;

    private readonly RowShards _rows;
    private readonly float[] _factors;

    private GradientStore(string folder, GradientStoreHeader header, RowShards rows, float[] factors) =>
        (Folder, Header, _rows, _factors) = (folder, header, rows, factors);

    /// <summary>Where the store lies.</summary>
    public string Folder { get; }

    /// <summary>What it was made from.</summary>
    public GradientStoreHeader Header { get; }

    /// <summary>Number of rows n.</summary>
    public int Count => checked((int)Header.Rows);

    /// <summary>Width k.</summary>
    public int Width => Header.Origin.ProjectionDimension;

    /// <inheritdoc/>
    public bool IsHalf => Header.Origin.NumberFormat == "f16";

    /// <inheritdoc/>
    public int ScaleExponent => Header.ScaleExponent;

    /// <inheritdoc/>
    public string Name => Folder;

    /// <summary>Q_i with ∇ℓ_i = −Q_i ∇f_i, one per row.</summary>
    public ReadOnlySpan<float> Factors => _factors;

    /// <summary>Opens a finished store.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="origin">What the store has to be made from.</param>
    /// <exception cref="FileFormatException">The store is damaged, unfinished, or made from something else.</exception>
    public static GradientStore Open(string folder, GradientStoreOrigin origin)
    {
        GradientStoreHeader header = ReadHeader(folder);
        if (header.Origin != origin)
            throw Damaged(HeaderPath(folder), $"a store made from {origin}", $"one made from {header.Origin}", folder);
        if (header.Summary is not { } summary)
            throw Damaged(HeaderPath(folder), "a finished store", "one whose writing was interrupted", folder);
        byte[] factors = ReadChecked(FactorsPath(folder), header.Rows * sizeof(float), summary.FactorsHash, folder);
        var rows = new RowShards(folder, header);
        try
        {
            CheckRows(rows, header, summary, folder);
            float[] values = new float[header.Rows];
            Buffer.BlockCopy(factors, 0, values, 0, factors.Length);
            return new GradientStore(folder, header, rows, values);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Whether a finished store lies there.</summary>
    public static bool IsFinished(string folder) => File.Exists(HeaderPath(folder)) && ReadHeader(folder).Summary is not null;

    /// <summary>Rows [first, first + count) in fp32, scale undone.</summary>
    /// <returns>Shape [count, k]; the caller disposes it.</returns>
    public Tensor Read(int first, int count)
    {
        using Tensor stored = empty(count, Width, dtype: IsHalf ? ScalarType.Float16 : ScalarType.Float32);
        try
        {
            _rows.Read(first, stored.bytes);
        }
        catch (EndOfStreamException e)
        {
            throw Damaged(e.Message, "all of its rows", "the end of the file", Folder);
        }

        Tensor rows = stored.to_type(ScalarType.Float32, copy: true);
        return rows.mul_(Math.Pow(2, -Header.ScaleExponent));
    }

    /// <inheritdoc/>
    public RowWindow Open(int first, int count) => _rows.Map(first, count);

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();

    internal static string HeaderPath(string folder) => Path.Combine(folder, "header.json");

    internal static string FactorsPath(string folder) => Path.Combine(folder, "q.bin");

    internal static string DonePath(string folder) => Path.Combine(folder, "done.bitmap");

    internal static GradientStoreHeader ReadHeader(string folder)
    {
        string path = HeaderPath(folder);
        try
        {
            byte[] json = File.ReadAllBytes(path);
            SealedJson.Check(path, json, Remedy(folder));
            GradientStoreHeader? header = JsonSerializer.Deserialize(
                SealedJson.Without(json), GradientStoreJson.Default.GradientStoreHeader);
            if (header is not { FormatVersion: 1 or 2, Rows: > 0 and <= int.MaxValue, Origin.ProjectionDimension: > 0 }
                || header.RowsPerShard is <= 0 || (header.FormatVersion == 2) != header.RowsPerShard.HasValue)
            {
                throw Damaged(path, "a header of format version 1 or 2 with rows and a width", "another one", folder);
            }

            return header;
        }
        catch (JsonException e)
        {
            throw new FileFormatException(path, null, "a gradient store's header", "something else", Remedy(folder), e);
        }
    }

    internal static FileFormatException Damaged(string path, string expected, string found, string folder) =>
        new(path, null, expected, found, Remedy(folder));

    /// <summary>XXH3 of a whole file, as the header records it.</summary>
    internal static string HashOf(Stream stream)
    {
        stream.Position = 0;
        var hash = new XxHash3();
        // The algorithm's own reading of a stream asks for 4 KiB at a time.
        byte[] buffer = new byte[1 << 18];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            hash.Append(buffer.AsSpan(0, read));
        return hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);
    }

    private static string Remedy(string folder) => $"Delete the folder {folder} and run the command again: it is computed anew.";

    private static byte[] ReadChecked(string path, long length, string hash, string folder)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.LongLength != length)
            throw Damaged(
                path, string.Create(CultureInfo.InvariantCulture, $"{length} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"{bytes.LongLength}"), folder);
        using var stream = new MemoryStream(bytes);
        if (HashOf(stream) != hash)
            throw Damaged(path, $"content with hash {hash}", HashOf(stream), folder);
        return bytes;
    }

    private static void CheckRows(RowShards rows, GradientStoreHeader header, GradientStoreSummary summary, string folder)
    {
        string[] expected = [summary.RowsHash];
        if (header.RowsPerShard is not null)
            expected = [.. (summary.Shards ?? []).Select(shard => shard?.Hash ?? string.Empty)];
        if (expected.Length != rows.Paths.Count)
        {
            throw Damaged(
                HeaderPath(folder), string.Create(CultureInfo.InvariantCulture, $"{rows.Paths.Count} shards"),
                string.Create(CultureInfo.InvariantCulture, $"{expected.Length}"), folder);
        }

        for (int s = 0; s < expected.Length; s++)
        {
            long found = rows.FoundLengthOf(s);
            if (found != rows.LengthOf(s))
            {
                throw Damaged(
                    rows.Paths[s], string.Create(CultureInfo.InvariantCulture, $"{rows.LengthOf(s)} bytes"),
                    found < 0 ? "no file" : string.Create(CultureInfo.InvariantCulture, $"{found}"), folder);
            }
        }

        rows.OpenForReading();
        string[] hashes = rows.ComputeHashes();
        for (int s = 0; s < expected.Length; s++)
        {
            if (hashes[s] != expected[s])
                throw Damaged(rows.Paths[s], $"content with hash {expected[s]}", hashes[s], folder);
        }
    }
}
