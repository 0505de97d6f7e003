namespace Tessar.Examples.Importers.Parsing;

/// <summary>What the fields of a <c>.beton</c> file can be.</summary>
internal enum BetonType
{
    /// <summary>A 64-bit floating point number.</summary>
    Float = 0,

    /// <summary>A 64-bit integer.</summary>
    Int = 1,

    /// <summary>A picture of three channels, as JPEG or raw.</summary>
    Image = 2,

    /// <summary>Bytes.</summary>
    Bytes = 3,

    /// <summary>A NumPy array of one shape.</summary>
    Array = 4,

    /// <summary>JSON that ends with a zero byte.</summary>
    Json = 5,

    /// <summary>A PyTorch tensor of one shape, described as NumPy's arrays are.</summary>
    Tensor = 6,
}
