using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>The front end: files of wwwroot, and its one page for every address that isn't a file's.</summary>
internal static class Pages
{
    private const string HashedFolder = "/assets";

    /// <exception cref="TessarException">The built pages aren't beside the program.</exception>
    public static void Map(WebApplication application, string root)
    {
        string page = Path.Combine(root, "index.html");
        if (!File.Exists(page))
        {
            throw new TessarException(
                $"{page} is missing, so there is nothing to show. Build the program again: `dotnet build`; in a checkout, "
                + "`web/build` makes the pages anew.",
                ErrorKind.Environment);
        }

        var files = new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(root),
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = static served => served.Context.Response.Headers.CacheControl = CachingOf(served.Context.Request.Path),
        };
        application.UseStaticFiles(files);
        // Names of runs may hold full stops, so that an address with one isn't a file's for that.
        application.MapFallback("{*path}", context =>
        {
            if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments(HashedFolder, StringComparison.Ordinal))
            {
                throw new ProblemException(new Problem(
                    StatusCodes.Status404NotFound, "address-unknown", "There is nothing at this address.",
                    $"`{context.Request.Path}` is neither a document nor a file.", "Check the address."));
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.CacheControl = "no-cache";
            return context.Response.SendFileAsync(page, context.RequestAborted);
        });
    }

    // The names of built files hold a hash of their content.
    private static string CachingOf(PathString path) =>
        path.StartsWithSegments(HashedFolder, StringComparison.Ordinal) ? Caching.Immutable : Caching.Revalidate;
}
