using System.Globalization;
using System.Xml.Linq;
using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Cli.Explanations;

/// <summary>The image of an example inside a page: small ones pixel for pixel as PNG, larger ones reduced, as WebP.</summary>
internal static class PageImage
{
    private const int Quality = 85;

    /// <summary>An element `img`.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="side">The longest side on the page; larger images are reduced to twice that, for sharp screens.</param>
    /// <param name="text">What is in it, for those who don't see it.</param>
    public static XElement Of(ExampleSet examples, int index, int side, string text)
    {
        ImageShape stored = examples.Store.ImageOf(examples.Row(index)).Shape;
        int longest = Math.Max(stored.Height, stored.Width);
        bool isReduced = longest > 2 * side;
        ImageShape shape = isReduced
            ? stored with
            {
                Height = Math.Max(1, stored.Height * 2 * side / longest),
                Width = Math.Max(1, stored.Width * 2 * side / longest)
            }
            : stored;
        byte[] pixels = new byte[shape.Size];
        examples.ReadImage(index, shape, pixels);
        string data = isReduced
            ? $"data:image/webp;base64,{Convert.ToBase64String(ImageEncoder.WebP(pixels, shape, Quality))}"
            : $"data:image/png;base64,{Convert.ToBase64String(ImageEncoder.Png(pixels, shape))}";
        return Html.Element(
            "img", Html.Attribute("src", data), Html.Attribute("alt", text),
            Html.Attribute("width", Number(Math.Max(1, side * stored.Width / longest))),
            Html.Attribute("height", Number(Math.Max(1, side * stored.Height / longest))),
            longest < side ? Html.Class("small") : null);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
