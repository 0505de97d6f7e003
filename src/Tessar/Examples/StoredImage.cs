namespace Tessar.Examples;

/// <summary>The picture of one row as the store holds it, not decoded.</summary>
/// <param name="codec">How it is coded.</param>
/// <param name="shape">Its size once decoded.</param>
/// <param name="bytes">The bytes.</param>
public readonly ref struct StoredImage(ImageCodec codec, ImageShape shape, ReadOnlySpan<byte> bytes)
{
    /// <summary>How it is coded.</summary>
    public ImageCodec Codec { get; } = codec;

    /// <summary>Its size once decoded.</summary>
    public ImageShape Shape { get; } = shape;

    /// <summary>
    /// The pixels (height × width × channels) when raw, else the image file; valid until the store is disposed.
    /// </summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
