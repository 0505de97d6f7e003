namespace Tessar.Examples.Images;

/// <summary>Where an encoded image comes from, for the errors about it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Row">Row of a store, or null.</param>
internal readonly record struct ImageSource(string Path, long Offset = 0, long? Row = null)
{
    /// <summary>The error about a byte of the image.</summary>
    public FileFormatException Refuse(string expected, string found, long at = 0) => new(
        Path, Offset + at, Row is { } row ? $"{expected} in row {row}" : expected, found,
        "The image is damaged or of a kind that isn't read (JPEG, PNG, GIF, BMP, WebP and ICO are): replace it, or leave it out.")
    {
        Remedies = [new(RemedyKind.ChangeArgument, "skip-bad")]
    };
}
