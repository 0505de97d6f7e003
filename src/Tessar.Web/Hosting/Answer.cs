using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tessar.Web.Hosting;

/// <summary>Writes a body that a hash identifies, or "not modified" when the browser has it already.</summary>
internal static class Answer
{
    public static async Task WriteAsync(HttpContext context, Content content)
    {
        HttpResponse response = context.Response;
        string tag = $"\"{content.Hash}\"";
        response.Headers.ETag = tag;
        response.Headers.CacheControl = content.Caching;
        if (Has(context.Request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = content.Type;
        response.ContentLength = content.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.BodyWriter.WriteAsync(content.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool Has(StringValues header, string tag)
    {
        if (!EntityTagHeaderValue.TryParseList(header!, out IList<EntityTagHeaderValue>? tags))
            return false;
        var own = new EntityTagHeaderValue(tag);
        return tags.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(own, useStrongComparison: false));
    }
}
