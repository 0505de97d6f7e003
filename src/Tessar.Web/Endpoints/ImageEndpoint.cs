using Microsoft.AspNetCore.Http;
using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;

namespace Tessar.Web.Endpoints;

/// <summary>An image of the data set as PNG, pixel for pixel.</summary>
internal static class ImageEndpoint
{
    /// <remarks>Query: <c>v</c>, part of the store's identity; with it the image never changes, and the browser may keep it.</remarks>
    public static async Task WriteAsync(HttpContext context, RunsFolder runs, ApiRequest request)
    {
        string split = request.Text("split");
        int index = request.Index("index");
        Run run = runs.Open(request.Text("run"));
        using RunExamples examples = RunExamples.Open(run, withLabels: false);
        ExampleSet example = examples.One(split, index);
        ImageShape shape = examples.Store.ImageOf(example.Row(0)).Shape;
        byte[] pixels = new byte[shape.Size];
        example.ReadImage(0, shape, pixels);
        byte[] png = PngImage.Encode(pixels, shape);
        string version = RunExamples.Version(examples.Store);
        await Answer.WriteAsync(
            context, png, "image/png", $"{version}-{split}-{index}", request.Query("v") == version ? Caching.Immutable : Caching.Revalidate).ConfigureAwait(false);
    }
}
