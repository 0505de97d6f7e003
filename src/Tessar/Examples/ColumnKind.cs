using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Examples;

/// <summary>How the values of a column are meant.</summary>
[JsonConverter(typeof(ColumnKindConverter))]
public enum ColumnKind
{
    /// <summary>One number a row.</summary>
    Scalar,

    /// <summary>An array of one shape in all rows.</summary>
    Tensor,

    /// <summary>
    /// A picture of bytes, height × width × channels: of one size in all rows, or each of its own size and coding.
    /// </summary>
    Image,

    /// <summary>Bytes of any number.</summary>
    Bytes,

    /// <summary>Text of any length in UTF-8.</summary>
    Utf8,

    /// <summary>One JSON value in UTF-8.</summary>
    Json,
}

/// <summary>Writes kinds as <c>"image"</c> and refuses numbers in their place.</summary>
internal sealed class ColumnKindConverter()
    : JsonStringEnumConverter<ColumnKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
