namespace Tessar.Training.Loading.Augmentations;

/// <summary>Brightness of a pixel: 0.299 red + 0.587 green + 0.114 blue, or the value of a grey one.</summary>
internal static class Luma
{
    /// <summary>Whether pixels have a colour: 3 channels, or 4 with an opacity that is left alone.</summary>
    public static bool HasColor(int channels) => channels >= 3;

    /// <summary>Channels that carry colour; an opacity (the last of 2 or 4) isn't one.</summary>
    public static int ColorChannels(int channels) => channels >= 3 ? 3 : 1;

    public static float Of(ReadOnlySpan<byte> pixel) =>
        HasColor(pixel.Length) ? (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]) : pixel[0];

    /// <summary>The nearest byte, halves away from zero; what lies beyond 0 or 255 becomes that.</summary>
    public static byte Saturate(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
