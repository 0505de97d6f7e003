namespace Tessar.Examples;

/// <summary>The value of one column in a row that is being written.</summary>
/// <remarks>It refers to the caller's memory, which may be changed once <c>Append</c> has returned.</remarks>
public readonly struct StoreValue
{
    private StoreValue(ReadOnlyMemory<byte> memory, ImageCodec codec, ImageShape? shape) =>
        (Memory, Codec, Shape) = (memory, codec, shape);

    internal ReadOnlyMemory<byte> Memory { get; }

    internal ImageCodec Codec { get; }

    /// <summary>The picture's size; null when the value isn't a picture.</summary>
    internal ImageShape? Shape { get; }

    /// <summary>
    /// A value as its bytes: numbers little-endian, pixels of an image column of one size, text and JSON in UTF-8.
    /// </summary>
    /// <param name="bytes">For columns of fixed shape, <see cref="StoreColumn.Stride"/> of them.</param>
    public static StoreValue Bytes(ReadOnlyMemory<byte> bytes) => new(bytes, ImageCodec.Raw, shape: null);

    /// <summary>A picture for a column of pictures.</summary>
    /// <param name="codec">How it is coded.</param>
    /// <param name="shape">Its size once decoded; an encoded picture has to say the same in its header.</param>
    /// <param name="bytes">The pixels (height × width × channels), or the image file, which is stored as it is.</param>
    public static StoreValue Image(ImageCodec codec, ImageShape shape, ReadOnlyMemory<byte> bytes) => new(bytes, codec, shape);
}
