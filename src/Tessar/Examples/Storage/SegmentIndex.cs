using System.Collections.ObjectModel;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tessar.Examples.Storage;

/// <summary>Writes the file that names a store's segments.</summary>
internal static class SegmentIndex
{
    /// <summary>
    /// Name of the file that holds a segment: <c>segment-</c>, sixteen digits of its identity, <c>.tess</c>. The store's own name
    /// isn't in it, so that the store's identity doesn't depend on that.
    /// </summary>
    public static string PathOf(string store, string identity) =>
        Path.Combine(Path.GetDirectoryName(store)!, $"segment-{identity[..16]}.tess");

    /// <summary>What the index of these segments says; the splits are the earlier segments', then what later ones add.</summary>
    public static StoreManifest Manifest(IReadOnlyList<StoreFile> segments)
    {
        StoreManifest[] parts = [.. segments.Select(segment => segment.Manifest)];
        StoreSplit[] splits = [.. parts.SelectMany(part => part.Splits).GroupBy(split => split.Name, StringComparer.Ordinal)
            .Select(group => new StoreSplit(group.Key, 0, group.Sum(split => split.Count)))];
        splits = StoreRules.PlaceIndex([], splits).Splits;
        return new StoreManifest
        {
            Schema = 2,
            Count = parts.Sum(part => part.Count),
            Columns = [.. Enumerable.Range(0, parts[0].Columns.Count).Select(
                column => JoinedStatistics.Of([.. parts.Select(part => part.Columns[column])], parts, splits))],
            Splits = splits,
            Classes = parts[0].Classes,
            Segments = [.. segments.Select(segment => new StoreSegment(Path.GetFileName(segment.Path), segment.Identity))],
            Checksums = new StoreChecksums(
                parts[0].Checksums.PageSize, StoreRules.Alignment, 0, Convert.ToHexStringLower(SHA256.HashData([]))),
            Provenance = new StoreProvenance(
                "segments", [.. parts.SelectMany(part => part.Provenance.Sources).Distinct()],
                ReadOnlyDictionary<string, string>.Empty),
        };
    }

    /// <summary>Writes an index to a file that has only to be committed then.</summary>
    /// <returns>The store's identity.</returns>
    public static string Write(AtomicFile file, StoreManifest manifest, bool hasIds)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.StoreManifest);
        var header = new StoreHeader(
            hasIds, manifest.Checksums.PageSize, manifest.Count, manifest.Columns.Count, StoreRules.Alignment, json.Length,
            XxHash64.HashToUInt64(json))
        {
            Version = 2,
            IsIndex = true,
        };
        file.WriteAt(StoreRules.Alignment, json);
        file.Flush();
        file.WriteAt(0, header.ToBytes());
        return Convert.ToHexStringLower(SHA256.HashData(json));
    }
}
