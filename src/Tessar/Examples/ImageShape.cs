namespace Tessar.Examples;

/// <summary>Size of an image; its bytes lie row by row, pixel by pixel, channel by channel (HWC).</summary>
/// <param name="Height">Rows of pixels, ≥ 1.</param>
/// <param name="Width">Pixels in a row, ≥ 1.</param>
/// <param name="Channels">Numbers in a pixel, in [1, 4]; 1 is grey, 3 is red, green, blue.</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Numbers in an image: height × width × channels.</summary>
    public int Size => checked(Height * Width * Channels);
}
