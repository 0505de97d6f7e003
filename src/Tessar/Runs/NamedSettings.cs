using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Runs;

/// <summary>Something chosen by name, with its numbers: an optimiser, a schedule.</summary>
/// <param name="Name">Its name, such as <c>adamw</c>.</param>
/// <param name="Values">Its numbers by name, such as <c>learningRate</c>.</param>
/// <remarks>In JSON one flat object: <c>{"name": "adamw", "learningRate": 0.002, "beta1": 0.9}</c>.</remarks>
[JsonConverter(typeof(NamedSettingsConverter))]
public sealed record NamedSettings(string Name, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>One of the numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public double this[string name] => Values[name];

    /// <inheritdoc/>
    public bool Equals(NamedSettings? other) =>
        other is not null && Name == other.Name && Values.Count == other.Values.Count
        && Values.All(pair => other.Values.TryGetValue(pair.Key, out double value) && value.Equals(pair.Value));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Values.Count);

    /// <summary>The name and the numbers, for people.</summary>
    public override string ToString() =>
        string.Join(
            ' ', Values.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")).Prepend(Name));
}

/// <summary>Writes <see cref="NamedSettings"/> as one flat object.</summary>
internal sealed class NamedSettingsConverter : JsonConverter<NamedSettings>
{
    private const string NameKey = "name";

    /// <inheritdoc/>
    public override NamedSettings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = null;
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object with a name is required.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String when key == NameKey:
                    name = reader.GetString();
                    break;
                case JsonTokenType.Number when key != NameKey:
                    values[key] = reader.GetDouble();
                    break;
                case JsonTokenType.Null when key != NameKey:
                    break;
                default:
                    throw new JsonException($"`{key}` has to be a {(key == NameKey ? "text" : "number")}.");
            }
        }

        return new NamedSettings(name ?? throw new JsonException("`name` is missing."), values);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, NamedSettings value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(NameKey, value.Name);
        foreach ((string key, double number) in value.Values)
            writer.WriteNumber(key, number);
        writer.WriteEndObject();
    }
}
