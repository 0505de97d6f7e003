using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>Answers to requests that no address takes.</summary>
internal static class Refusal
{
    /// <summary>The method isn't one of those that the address takes.</summary>
    /// <param name="context">The request; its answer names the methods that there are.</param>
    /// <param name="allowed">Those methods, separated by commas.</param>
    public static ProblemException OfMethod(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new ProblemException(new Problem(
            StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "This address isn't used that way.",
            $"The request's method is `{context.Request.Method}`.", $"Use {allowed}."));
    }

    /// <summary>Nothing is at the address.</summary>
    public static ProblemException OfAddress(HttpContext context) => new(new Problem(
        StatusCodes.Status404NotFound, "address-unknown", "There is nothing at this address.",
        $"`{context.Request.Path}` is neither a document nor a file.", "Check the address."));
}
