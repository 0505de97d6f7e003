using Tessar.Examples;
using Tessar.Examples.Images;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>A part of a picture, to be cut out and brought to a size.</summary>
internal readonly record struct CropBox(int Top, int Left, int Height, int Width)
{
    /// <summary>Replaces a picture by this part of it, resized.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="height">Height wanted.</param>
    /// <param name="width">Width wanted.</param>
    public void Apply(ref AugmentedImage image, int height, int width)
    {
        ImageShape shape = image.Shape, part = shape with { Height = Height, Width = Width };
        ReadOnlySpan<byte> source = image.Edit();
        if (part != shape)
        {
            Span<byte> cut = image.Replace(part);
            int row = part.Width * part.Channels;
            for (int y = 0; y < part.Height; y++)
                source.Slice((((Top + y) * shape.Width) + Left) * shape.Channels, row).CopyTo(cut[(y * row)..]);
            source = cut;
        }

        ImageShape wanted = shape with { Height = height, Width = width };
        if (wanted != part)
            Resampling.Resize(source, part, image.Replace(wanted), wanted);
    }
}
