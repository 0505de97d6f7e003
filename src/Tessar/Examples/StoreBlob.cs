namespace Tessar.Examples;

/// <summary>Where the values of a ragged column lie, one after the other.</summary>
/// <param name="Offset">Where the first begins in the file; a multiple of 4096.</param>
/// <param name="Length">Bytes of all of them.</param>
public sealed record StoreBlob(long Offset, long Length);
