namespace Tessar.Examples;

/// <summary>How the picture of one row is coded.</summary>
public enum ImageCodec
{
    /// <summary>Bytes as they are: height × width × channels.</summary>
    Raw = 0,

    /// <summary>A JPEG file; grey or colour.</summary>
    Jpeg = 1,

    /// <summary>A PNG file; what it holds beyond 8 bits a channel is lost when it is read.</summary>
    Png = 2,
}
