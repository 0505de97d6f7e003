using System.Text.Json;
using System.Text.Json.Serialization;
using Tessar.Tensors;

namespace Tessar.Examples.Storage;

/// <summary>
/// JSON of manifests and overlays: strict when read (nothing missing, unknown, doubled or null), compact when written.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StoreManifest))]
[JsonSerializable(typeof(OverlayFile))]
internal sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>Writes element types as safetensors names them: <c>"U8"</c>.</summary>
internal sealed class ElementTypeConverter : JsonConverter<ElementType>
{
    /// <inheritdoc/>
    public override ElementType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? ElementTypes.Parse(reader.GetString()!) : null)
        ?? throw new JsonException("The value isn't an element type.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ElementType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ElementTypes.NameOf(value));
}
