using System.Globalization;
using Tessar.Examples;

namespace Tessar.Cli.Json;

/// <summary>What a store's provenance notes about its import.</summary>
internal static class ImportNotes
{
    /// <summary>A number; null when there is none, as in a store that other programs wrote.</summary>
    public static long? Count(ExampleStore store, string name) =>
        store.Manifest.Provenance.Settings.TryGetValue(name, out string? text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : null;

    /// <summary>The entries whose names begin so, by the rest of their names.</summary>
    public static Dictionary<string, string> Under(ExampleStore store, string prefix) => store.Manifest.Provenance.Settings
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
}
