using Tessar.Examples;
using Tessar.Inputs;

namespace Tessar.Tests.Inputs;

/// <summary>Inputs for models that no data set belongs to.</summary>
internal static class Pictures
{
    /// <summary>Pictures of a size, with mean 0.5 and deviation 0.25 in every channel.</summary>
    public static PictureInput Of(ImageShape image) => new(
        image,
        new InputNormalization(
            [.. Enumerable.Repeat(0.5f, image.Channels)], [.. Enumerable.Repeat(0.25f, image.Channels)]));

    /// <inheritdoc cref="Of(ImageShape)"/>
    public static PictureInput Of(int height, int width, int channels) => Of(new ImageShape(height, width, channels));
}
