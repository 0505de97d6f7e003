using System.Text.Json;

namespace Tessar.Examples;

/// <summary>
/// Reads a store's manifest and holds it against the header and the file: afterwards every place it names is safe to
/// read.
/// </summary>
internal static class ManifestReader
{
    private const int Schema = 1;

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
            throw ExampleStore.Refuse(path, at, "a manifest in JSON", e.Message, e);
        }
    }

    private static string? Violation(StoreHeader header, StoreManifest manifest)
    {
        if (manifest.Schema != Schema)
            return $"schema {manifest.Schema} (this version reads {Schema})";
        if (manifest.Columns.Any(column => column is null) || manifest.Splits.Any(split => split is null)
            || manifest.Provenance.Sources.Any(source => source is null))
            return "null in a list";
        if (manifest.Provenance.Settings.Values.Any(value => value is null))
            return "null in a table";
        return StoreRules.Violation(manifest.Columns, manifest.Splits, manifest.Classes)
            ?? PlaceViolation(header, manifest)
            ?? manifest.Columns.Select(column => StatisticsViolation(column, manifest)).FirstOrDefault(found => found is not null);
    }

    /// <summary>Readers count on statistics for every split, with one entry per channel unless the split is empty.</summary>
    private static string? StatisticsViolation(StoreColumn column, StoreManifest manifest)
    {
        int channels = column.Kind == ColumnKind.Image ? column.Shape[^1] : 1;
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
            && new[] { found.Min, found.Max, found.Mean, found.Std }.All(list => list.Count == (rows == 0 ? 0 : channels));
    }

    private static string? PlaceViolation(StoreHeader header, StoreManifest manifest)
    {
        try
        {
            (StoreColumn[] columns, StoreSplit[] splits, long? ids, long end) =
                StoreRules.Place(manifest.Columns, manifest.Splits, header.HasIds);
            long pages = StoreRules.Pages(end, header.PageSize);
            long rows = splits.Sum(split => split.Count);
            StoreChecksums checksums = manifest.Checksums;
            if (rows != header.Count || manifest.Count != header.Count || manifest.Columns.Count != header.Columns)
            {
                return $"{manifest.Count} rows ({rows} in splits) and {manifest.Columns.Count} columns "
                    + $"(the header says {header.Count} and {header.Columns})";
            }

            if (!splits.SequenceEqual(manifest.Splits))
                return "splits that don't follow one another";
            if (ids != manifest.Ids
                || !columns.Select(column => column.Offset).SequenceEqual(manifest.Columns.Select(column => column.Offset)))
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
}
