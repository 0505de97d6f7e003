using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>Refuses requests that a page of another site could have caused: a foreign host name or origin, or a method that writes.</summary>
/// <remarks>A name that an attacker lets resolve to 127.0.0.1 still shows up in the Host header (DNS rebinding).</remarks>
internal static class LoopbackGuard
{
    private static readonly string[] OwnNames = ["127.0.0.1", "localhost"];

    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        int port = context.Connection.LocalPort;
        if (!IsOwn(request.Host, port))
        {
            return Problems.WriteAsync(context, new Problem(
                StatusCodes.Status403Forbidden, "host-foreign", "This address isn't the workbench's.",
                $"The request names the host `{request.Host}`.", $"Open http://127.0.0.1:{port}/ instead."));
        }

        if (request.Headers.Origin is [var origin, ..] && !IsOwn(origin, port))
        {
            return Problems.WriteAsync(context, new Problem(
                StatusCodes.Status403Forbidden, "origin-foreign", "Pages of other sites may not read the workbench.",
                $"The request comes from `{origin}`.", $"Open http://127.0.0.1:{port}/ itself."));
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return Problems.WriteAsync(context, new Problem(
                StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "The workbench only reads.",
                $"The request's method is `{request.Method}`.", "Use GET or HEAD."));
        }

        return next(context);
    }

    private static bool IsOwn(HostString host, int port) =>
        (host.Port ?? 80) == port && OwnNames.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    private static bool IsOwn(string? origin, int port) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttp
        && IsOwn(new HostString(address.Host, address.Port), port);
}
