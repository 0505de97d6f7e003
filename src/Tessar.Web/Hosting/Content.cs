using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tessar.Web.Hosting;

/// <summary>A whole body, ready to be sent.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Hash">Another for other bytes; becomes the ETag.</param>
/// <param name="Caching">One of <see cref="Hosting.Caching"/>.</param>
internal sealed record Content(ReadOnlyMemory<byte> Body, string Type, string Hash, string Caching)
{
    /// <summary>A JSON document; the browser asks each time whether it still holds.</summary>
    public static Content Of<T>(T document, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, type);
        return new Content(json, "application/json", Convert.ToHexStringLower(SHA256.HashData(json)), Hosting.Caching.Revalidate);
    }
}
