using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>Answers with a JSON document and the hash of its bytes as ETag, or with "not modified" when the browser has those bytes.</summary>
internal sealed class DocumentResult<T>(T document) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var type = (JsonTypeInfo<T>)WebJson.Default.GetTypeInfo(typeof(T))!;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, type);
        return Answer.WriteAsync(httpContext, json, "application/json", Convert.ToHexStringLower(SHA256.HashData(json)), Caching.Revalidate);
    }
}
