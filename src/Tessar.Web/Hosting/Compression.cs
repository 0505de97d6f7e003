using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;

namespace Tessar.Web.Hosting;

/// <summary>
/// Compresses texts on their way out: Brotli where the browser takes it, gzip otherwise. Images are compressed already.
/// </summary>
internal static class Compression
{
    private static readonly string[] _texts =
        ["application/json", "application/problem+json", "text/html", "text/css", "text/javascript", "image/svg+xml"];

    public static void Add(IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.MimeTypes = _texts;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }
}
