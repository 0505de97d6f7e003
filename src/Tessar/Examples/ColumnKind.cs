using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Examples;

/// <summary>How the numbers of a column are meant.</summary>
[JsonConverter(typeof(ColumnKindConverter))]
public enum ColumnKind
{
    /// <summary>One number a row.</summary>
    Scalar,

    /// <summary>An array of one shape in all rows.</summary>
    Tensor,

    /// <summary>A picture of bytes, height × width × channels, of one size in all rows.</summary>
    Image,
}

/// <summary>Writes kinds as <c>"image"</c> and refuses numbers in their place.</summary>
internal sealed class ColumnKindConverter() : JsonStringEnumConverter<ColumnKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
