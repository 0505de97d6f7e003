using System.Text.Json.Serialization;

namespace Tessar.Results;

/// <summary>What a lens's answer begins with in JSON, where it is printed and where it is kept.</summary>
public abstract record RecordedAnswer
{
    /// <summary>Version of the object's shape; grows when a field changes its meaning or goes away.</summary>
    [JsonPropertyOrder(-1)]
    public int Schema { get; init; } = 1;
}
