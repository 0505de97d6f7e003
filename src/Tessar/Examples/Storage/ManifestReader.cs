using System.Text.Json;

namespace Tessar.Examples.Storage;

/// <summary>
/// Reads a store's manifest and holds it against the header and the file: afterwards every place it names is safe to
/// read.
/// </summary>
internal static class ManifestReader
{
    /// <exception cref="FileFormatException">It isn't the JSON of a manifest, or contradicts itself or the header.</exception>
    public static StoreManifest Read(string path, StoreHeader header, ReadOnlySpan<byte> json)
    {
        StoreManifest manifest = Parse(path, header.ManifestOffset, json);
        if (Violation(header, manifest) is { } violation)
            throw ExampleStore.Refuse(path, header.ManifestOffset, "a manifest that fits the file", violation);
        return manifest;
    }

    private static StoreManifest Parse(string path, long offset, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ManifestJson.Default.StoreManifest)
                ?? throw new JsonException("The manifest is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The manifest is one line, unless something else wrote it. InvalidOperationException: a string that isn't Unicode.
            long at = offset + (e is JsonException { LineNumber: 0, BytePositionInLine: { } position } ? position : 0);
            throw ExampleStore.Refuse(path, at, "a manifest in JSON", JsonFault.Describe(e), e);
        }
    }

    private static string? Violation(StoreHeader header, StoreManifest manifest)
    {
        if (manifest.Schema != header.Version)
            return $"schema {manifest.Schema} (the header says version {header.Version})";
        if (manifest.Columns.Any(column => column is null) || manifest.Splits.Any(split => split is null)
            || manifest.Provenance.Sources.Any(source => source is null))
            return "null in a list";
        if (manifest.Provenance.Settings.Values.Any(value => value is null))
            return "null in a table";
        return StoreRules.Violation(manifest.Columns, manifest.Splits, manifest.Classes)
            ?? VersionViolation(manifest)
            ?? (header.IsIndex ? IndexViolation(manifest) : null)
            ?? PlaceViolation(header, manifest)
            ?? manifest.Columns.Select(column => StatisticsViolation(column, manifest))
            .FirstOrDefault(found => found is not null);
    }

    private static string? VersionViolation(StoreManifest manifest)
    {
        if (manifest.Columns.FirstOrDefault(column =>
            (column.IsRagged && manifest.Segments is null) != column.Blob is not null) is { } column)
            return $"column `{column.Name}` with codec `{column.Codec}` and {(column.Blob is null ? "no " : string.Empty)}values "
                + $"elsewhere";
        return (manifest.Segments is not null || manifest.Columns.Any(candidate => candidate.IsRagged)) == (manifest.Schema == 2)
            ? null
            : $"version {manifest.Schema}, which doesn't suit its columns";
    }

    /// <summary>Readers count on statistics for every split, with one entry per channel unless the split is empty.</summary>
    private static string? StatisticsViolation(StoreColumn column, StoreManifest manifest)
    {
        // Images of several sizes say nowhere how many channels they have in common.
        int channels = column.Kind != ColumnKind.Image ? 1 : column.ImageShape?.Channels ?? column.Statistics?.Mean?.Count ?? 0;
        if (manifest.Count > 0 && channels is < 1 or > 4)
            return $"statistics of `{column.Name}` for {channels} channels";
        int? classes = column.Name == StoreRules.Label ? manifest.Classes.Count : null;
        if (!Fits(column.Statistics, manifest.Count))
            return $"statistics of `{column.Name}` that don't fit it";
        if (column.SplitStatistics.Count != manifest.Splits.Count)
            return $"statistics of `{column.Name}` for {column.SplitStatistics.Count} of {manifest.Splits.Count} splits";
        foreach (StoreSplit split in manifest.Splits)
        {
            if (!Fits(column.SplitStatistics.GetValueOrDefault(split.Name), split.Count))
                return $"statistics of `{column.Name}` that don't fit the split `{split.Name}`";
        }

        return null;

        bool Fits(ColumnStatistics? found, long rows) => found is not null && found.ClassCounts?.Count == classes
            && (found.Values is not null) == (column.Stride == 0) && found.Values is null or >= 0
            && new[] { found.Min, found.Max, found.Mean, found.Std }.All(list => list.Count == (rows == 0 ? 0 : channels));
    }

    private static string? IndexViolation(StoreManifest manifest)
    {
        if (manifest.Segments is null or [])
            return "no segments, though the header says that the rows are in some";
        foreach (StoreSegment? segment in manifest.Segments)
        {
            if (segment is null || segment.File.Length == 0 || segment.File is "." or ".."
                || segment.File.AsSpan().ContainsAny('/', '\\', '\0'))
                return $"a segment named `{segment?.File}` (a name without folder is needed)";
        }

        return null;
    }

    private static string? PlaceViolation(StoreHeader header, StoreManifest manifest)
    {
        try
        {
            if (header.IsIndex != manifest.Segments is not null)
                return $"{manifest.Segments?.Count ?? 0} segments, which the header doesn't say";
            StorePlaces places = header.IsIndex
                ? StoreRules.PlaceIndex(manifest.Columns, manifest.Splits)
                : StoreRules.Place(manifest.Columns, manifest.Splits, header.HasIds);
            long end = places.End;
            long pages = StoreRules.Pages(end, header.PageSize);
            long rows = places.Splits.Sum(split => split.Count);
            StoreChecksums checksums = manifest.Checksums;
            if (rows != header.Count || manifest.Count != header.Count || manifest.Columns.Count != header.Columns)
            {
                return $"{manifest.Count} rows ({rows} in splits) and {manifest.Columns.Count} columns "
                    + $"(the header says {header.Count} and {header.Columns})";
            }

            if (!places.Splits.SequenceEqual(manifest.Splits))
                return "splits that don't follow one another";
            if (places.Ids != manifest.Ids || !places.Columns.Select(Places).SequenceEqual(manifest.Columns.Select(Places)))
                return "columns or ids in another place than their sizes give";
            if (checksums.Offset != end || checksums.Count != pages || checksums.PageSize != header.PageSize)
                return $"{checksums.Count} checksums at {checksums.Offset} (the data give {pages} at {end})";
            long next = StoreRules.Align(end + (pages * sizeof(ulong)));
            return header.ManifestOffset == next ? null : $"a manifest elsewhere than after the checksums (at {next})";
        }
        catch (OverflowException)
        {
            return "more bytes than a file can have";
        }
    }

    private static (long, long?, StoreBlob?) Places(StoreColumn column) => (column.Offset, column.Metadata, column.Blob);
}
