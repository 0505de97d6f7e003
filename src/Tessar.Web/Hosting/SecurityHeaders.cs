using Microsoft.AspNetCore.Http;

namespace Tessar.Web.Hosting;

/// <summary>
/// Tells the browser that pages use files of this server and nothing else, and that no other page may use them.
/// </summary>
internal static class SecurityHeaders
{
    // Charts saved as SVG pass through an object address, which counts as navigation, not as an image.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Every answer has them, refusals too.</summary>
    public static IReadOnlyList<(string Name, string Value)> All { get; } =
    [
        ("Content-Security-Policy", Policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ];

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        foreach ((string name, string value) in All)
            context.Response.Headers[name] = value;
        return next(context);
    }
}
