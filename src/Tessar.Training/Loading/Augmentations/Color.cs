namespace Tessar.Training.Loading.Augmentations;

/// <summary>A colour of up to four channels, one byte each from the lowest on.</summary>
internal static class Color
{
    /// <summary>A byte in every channel, or the mean colour for a value below 0.</summary>
    public static uint Of(double fill, uint mean) => fill < 0 ? mean : (byte)fill * 0x01010101u;

    /// <summary>Packs means on the scale 0..1.</summary>
    public static uint Pack(IReadOnlyList<float> means)
    {
        uint packed = 0;
        for (int channel = 0; channel < Math.Min(4, means.Count); channel++)
            packed |= (uint)Math.Clamp((int)MathF.Round(means[channel] * 255), 0, 255) << (8 * channel);
        return packed;
    }
}
