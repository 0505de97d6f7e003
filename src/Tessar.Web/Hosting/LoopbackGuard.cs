using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>
/// Refuses requests that a page of another site could have caused: those that name a foreign host or come from a foreign origin.
/// </summary>
/// <remarks>A name that an attacker lets resolve to 127.0.0.1 still shows up in the Host header (DNS rebinding).</remarks>
internal static class LoopbackGuard
{
    private static readonly string[] _ownNames = ["127.0.0.1", "localhost"];

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

        // A browser sends one origin; of two, whoever reads only the first could be deceived.
        if (request.Headers.Origin is { Count: > 0 } origins && (origins.Count > 1 || !IsOwn(origins[0], port)))
        {
            return Problems.WriteAsync(context, new Problem(
                StatusCodes.Status403Forbidden, "origin-foreign", "Pages of other sites may not read the workbench.",
                $"The request comes from `{string.Join("`, `", origins.ToArray())}`.", $"Open http://127.0.0.1:{port}/ itself."));
        }

        return next(context);
    }

    private static bool IsOwn(HostString host, int port) =>
        (host.Port ?? 80) == port && _ownNames.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    private static bool IsOwn(string? origin, int port) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttp
        && IsOwn(new HostString(address.Host, address.Port), port);
}
