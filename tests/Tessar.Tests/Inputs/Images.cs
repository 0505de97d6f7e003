using Tessar.Examples;
using Tessar.Inputs;

namespace Tessar.Tests.Inputs;

/// <summary>Inputs for models that no data set belongs to.</summary>
internal static class Images
{
    /// <summary>Pictures of a size, with mean 0.5 and deviation 0.25 in every channel.</summary>
    public static ImageInput Of(ImageShape image) => new(
        image,
        new InputNormalization(
            [.. Enumerable.Repeat(0.5f, image.Channels)], [.. Enumerable.Repeat(0.25f, image.Channels)]));

    /// <inheritdoc cref="Of(ImageShape)"/>
    public static ImageInput Of(int height, int width, int channels) => Of(new ImageShape(height, width, channels));
}
