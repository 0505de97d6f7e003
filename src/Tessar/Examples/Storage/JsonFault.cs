using System.Globalization;
using System.Text.Json;

namespace Tessar.Examples.Storage;

/// <summary>Says in our words what a JSON parser objects to; its own name types and byte counts of C#.</summary>
internal static class JsonFault
{
    /// <summary>What was found in place of the JSON that was expected.</summary>
    public static string Describe(Exception e)
    {
        if (e is not JsonException { Path: { Length: > 1 } path })
            return e is JsonException { BytePositionInLine: { } at, LineNumber: { } line }
                ? string.Create(CultureInfo.InvariantCulture, $"bytes that aren't JSON in line {line + 1}, byte {at + 1}")
                : "bytes that aren't JSON";
        return $"another value, or none, at `{path}`";
    }
}
