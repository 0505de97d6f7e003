using Tessar.Examples;
using Tessar.Runs;
using Tessar.Web.Hosting;
using Tessar.Web.Recorded;
using Tessar.Web.Routing;

namespace Tessar.Web.Endpoints;

/// <summary>An image of the data set as PNG, pixel for pixel.</summary>
/// <remarks>
/// Query: <c>v</c>, part of the store's identity; with it the image never changes, and the browser may keep it.
/// </remarks>
[Address("/api/runs/{run}/image/{split}/{index}.png")]
internal sealed class ImageEndpoint(RunsFolder runs) : IReadEndpoint
{
    public Content Read(ApiRequest request)
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
        return new Content(
            png, "image/png", $"{version}-{split}-{index}",
            request.Query("v") == version ? Caching.Immutable : Caching.Revalidate);
    }
}
