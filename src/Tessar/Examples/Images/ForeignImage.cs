namespace Tessar.Examples.Images;

/// <summary>Names the kinds of images that aren't read, so that an error says more than that bytes are wrong.</summary>
internal static class ForeignImage
{
    /// <summary>What a file seems to be; null when it is nothing known.</summary>
    public static string? NameOf(ReadOnlySpan<byte> file) => file switch
    {
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => "a TIFF or a camera's raw file",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', ..] => "an AVIF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "a HEIC, or a film",
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => "a JPEG 2000",
        [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] or [0xFF, 0x0A, ..] => "a JPEG XL",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "a PSD",
        [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)'\n' or (byte)' ' or (byte)'\r', ..] => "a PBM, PGM or PPM",
        [(byte)'<', ..] => "an SVG, or another text with tags",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF",
        _ => null,
    };
}
