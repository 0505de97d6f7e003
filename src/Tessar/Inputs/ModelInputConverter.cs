using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Inputs;

/// <summary>An input in JSON: an object with its kind and the kind's members.</summary>
internal sealed class ModelInputConverter : JsonConverter<ModelInput>
{
    /// <inheritdoc/>
    public override ModelInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return InputKind.Parse(document.RootElement);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ModelInput value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", value.Kind);
        value.WriteMembers(writer);
        writer.WriteEndObject();
    }
}

/// <summary>
/// The encoding alone, as it stood before inputs had kinds: what is hashed into the names of folders keeps its text.
/// </summary>
internal sealed class EncodingConverter : JsonConverter<ModelInput>
{
    /// <inheritdoc/>
    public override ModelInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("An encoding alone isn't an input.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ModelInput value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        value.WriteEncoding(writer);
        writer.WriteEndObject();
    }
}
