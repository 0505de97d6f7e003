using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace Tessar.Web.Hosting;

/// <summary>
/// The front end: files of wwwroot, and its one page, which carries the token, for every address that isn't a file's.
/// </summary>
internal static class Pages
{
    private const string HashedFolder = "/assets";
    private const string PageFile = "index.html";
    private const string TokenPlace = "<meta name=\"tessar-token\" content=\"\" />";

    /// <exception cref="TessarException">The built pages aren't beside the program, or are others than it expects.</exception>
    public static void Map(WebApplication application, string root)
    {
        Content page = Read(Path.Combine(root, PageFile), application.Services.GetRequiredService<PageToken>());
        var files = new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(root),
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = static served =>
                served.Context.Response.Headers.CacheControl = CachingOf(served.Context.Request.Path),
        };
        application.UseWhen(
            context => !context.Request.Path.Equals($"/{PageFile}", StringComparison.OrdinalIgnoreCase),
            branch => branch.UseStaticFiles(files));
        // Names of runs may hold full stops, so that an address with one isn't a file's for that.
        application.MapFallback("{*path}", context =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
                throw Refusal.OfMethod(context, "GET, HEAD");
            PathString path = context.Request.Path;
            if (path.StartsWithSegments("/api", StringComparison.Ordinal)
                || path.StartsWithSegments(HashedFolder, StringComparison.Ordinal))
                throw Refusal.OfAddress(context);
            return Answer.WriteAsync(context, page);
        });
    }

    private static Content Read(string file, PageToken token)
    {
        string text = File.Exists(file)
            ? File.ReadAllText(file)
            : throw Unusable($"{file} is missing, so there is nothing to show.");
        if (!text.Contains(TokenPlace, StringComparison.Ordinal))
            throw Unusable($"{file} has no place for the token: it belongs to another version of the program.");
        byte[] page = Encoding.UTF8.GetBytes(text.Replace(
            TokenPlace, TokenPlace.Replace("\"\"", $"\"{token.Value}\"", StringComparison.Ordinal), StringComparison.Ordinal));
        return new Content(page, "text/html; charset=utf-8", Convert.ToHexStringLower(SHA256.HashData(page)), Caching.Revalidate);
    }

    private static TessarException Unusable(string what) => new(
        $"{what} Build the program again: `dotnet build`; in a checkout, `web/build` makes the pages anew.",
        ErrorKind.Environment);

    // The names of built files hold a hash of their content.
    private static string CachingOf(PathString path) =>
        path.StartsWithSegments(HashedFolder, StringComparison.Ordinal) ? Caching.Immutable : Caching.Revalidate;
}
