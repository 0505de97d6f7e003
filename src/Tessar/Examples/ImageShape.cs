using System.Globalization;

namespace Tessar.Examples;

/// <summary>Size of an image; its bytes lie row by row, pixel by pixel, channel by channel (HWC).</summary>
/// <param name="Height">Rows of pixels, ≥ 1.</param>
/// <param name="Width">Pixels in a row, ≥ 1.</param>
/// <param name="Channels">Numbers in a pixel, in [1, 4]; 1 is grey, 3 is red, green, blue.</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Numbers in an image: height × width × channels.</summary>
    public int Size => checked(Height * Width * Channels);

    /// <summary>The size in words: <c>28×28 grey</c>, <c>32×32 in color</c>, <c>8×8 with 2 channels</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Height}×{Width} {(Channels == 1 ? "grey" : Channels == 3 ? "in color" : $"with {Channels} channels")}");
}
