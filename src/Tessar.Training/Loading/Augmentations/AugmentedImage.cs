using Tessar.Examples;

namespace Tessar.Training.Loading.Augmentations;

/// <summary>
/// One picture on its way through the augmentations: mirrored and shifted without a copy, copied once one changes pixels.
/// </summary>
internal ref struct AugmentedImage
{
    private readonly ImageScratch _scratch;

    /// <summary>Begins with a picture of the store.</summary>
    /// <param name="pixels">Its bytes, HWC; they are only read.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="scratch">Where copies go; this worker's own.</param>
    /// <param name="mean">The mean colour of the data, one byte per channel from the lowest on.</param>
    public AugmentedImage(ReadOnlySpan<byte> pixels, ImageShape shape, ImageScratch scratch, uint mean)
    {
        Pixels = pixels;
        Shape = shape;
        _scratch = scratch;
        MeanColor = mean;
    }

    /// <summary>The bytes that <see cref="Placement"/> refers to.</summary>
    public ReadOnlySpan<byte> Pixels { get; private set; }

    /// <summary>Its size.</summary>
    public ImageShape Shape { get; private set; }

    /// <summary>Where its pixels lie in <see cref="Pixels"/>.</summary>
    public Placement Placement { get; private set; }

    /// <summary>The mean colour of the data, one byte per channel from the lowest on.</summary>
    public uint MeanColor { get; }

    /// <summary>Exchanges left and right.</summary>
    public void Mirror() => Placement = Placement.Mirrored();

    /// <summary>Moves the view down and to the right; what comes into it has the colour <paramref name="fill"/>.</summary>
    public void Shift(int down, int right, uint fill)
    {
        if (Placement.IsShifted)
            Edit(); // A second shift must not bring back what the first pushed out.
        Placement = Placement with { Down = down, Right = right, Fill = fill };
    }

    /// <summary>The picture's own pixels, to be changed in place.</summary>
    public Span<byte> Edit()
    {
        if (Placement.IsIdentity && _scratch.Holds(Pixels))
            return _scratch.Last(Pixels.Length);
        ReadOnlySpan<byte> source = Pixels;
        Span<byte> copy = _scratch.Next(Shape.Size);
        PlacedRows.Copy(source, copy, Shape, Placement);
        Pixels = copy;
        Placement = default;
        return copy;
    }

    /// <summary>
    /// Room for a picture that is to replace this one; read <see cref="Edit"/>'s or <see cref="Pixels"/>' bytes while filling it.
    /// </summary>
    public Span<byte> Replace(ImageShape shape)
    {
        Span<byte> room = _scratch.Next(shape.Size);
        Pixels = room;
        Shape = shape;
        Placement = default;
        return room;
    }
}
