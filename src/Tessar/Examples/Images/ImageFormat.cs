namespace Tessar.Examples.Images;

/// <summary>Kinds of image files that are read.</summary>
internal enum ImageFormat
{
    Jpeg,
    Png,
    Bmp,
    WebP,
    Gif,
    Ico,
}
