using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tessar.Web.Hosting;

/// <summary>Writes a body that a hash identifies.</summary>
internal static class Answer
{
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType, string hash, string caching)
    {
        HttpResponse response = context.Response;
        string tag = $"\"{hash}\"";
        response.Headers.ETag = tag;
        response.Headers.CacheControl = caching;
        if (Has(context.Request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await response.BodyWriter.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool Has(StringValues header, string tag)
    {
        if (!EntityTagHeaderValue.TryParseList(header!, out IList<EntityTagHeaderValue>? tags))
            return false;
        var own = new EntityTagHeaderValue(tag);
        return tags.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(own, useStrongComparison: false));
    }
}
