using System.Security.Cryptography;
using System.Text.Json;

namespace Tessar.Tests.Recorded;

/// <summary>
/// Numbers that an earlier version computed, from before its files were moved about; whoever means to change them records them
/// anew.
/// </summary>
internal static class RecordedNumbers
{
    private static readonly Lazy<JsonElement> _all = new(() =>
    {
        string path = Path.Combine(Repository.Root, "tests", "Tessar.Tests", "Recorded", "recorded.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    });

    /// <summary>A group of them.</summary>
    public static JsonElement Of(string group) => _all.Value.GetProperty(group);

    public static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
