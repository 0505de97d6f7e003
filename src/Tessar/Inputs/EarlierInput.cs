using System.Text.Json;

namespace Tessar.Inputs;

/// <summary>
/// Reads how an input was described before there were kinds: <c>image</c>, the size of the pictures, at the top, and the
/// normalisation alone as <c>program.input</c>.
/// </summary>
internal static class EarlierInput
{
    private const string Image = "image";
    private const string Program = "program";
    private const string Input = "input";

    /// <summary>Brings such a description into the present form.</summary>
    /// <param name="json">The JSON of a run or a retraining.</param>
    /// <returns>The JSON in the present form; the same array when it already is, or isn't such a description at all.</returns>
    /// <exception cref="JsonException">It isn't JSON.</exception>
    public static byte[] Upgrade(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (!TryObject(document.RootElement, Image, out JsonElement size)
            || !TryObject(document.RootElement, Program, out JsonElement program)
            || !TryObject(program, Input, out JsonElement encoding) || encoding.TryGetProperty("kind", out _))
            return json;
        return Written(writer =>
        {
            foreach (JsonProperty member in document.RootElement.EnumerateObject().Where(member => !member.NameEquals(Image)))
            {
                if (member.NameEquals(Program))
                    WriteWith(writer, Program, program, () => WriteImage(writer, size, encoding));
                else
                    member.WriteTo(writer);
            }
        });
    }

    /// <summary>The same for a normalisation alone, of pictures whose size is known.</summary>
    /// <param name="json">JSON with a member <c>input</c>.</param>
    /// <param name="known">What it encodes.</param>
    /// <exception cref="JsonException">It isn't JSON.</exception>
    public static byte[] Upgrade(byte[] json, ModelInput known)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (!TryObject(document.RootElement, Input, out JsonElement encoding) || encoding.TryGetProperty("kind", out _)
            || known is not ImageInput image)
            return json;
        JsonElement size = JsonSerializer.SerializeToElement(new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["height"] = image.Image.Height, ["width"] = image.Image.Width, ["channels"] = image.Image.Channels,
        });
        return Written(writer => WriteMembers(writer, document.RootElement, () => WriteImage(writer, size, encoding)));
    }

    private static bool TryObject(JsonElement owner, string name, out JsonElement found)
    {
        found = default;
        return owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out found)
            && found.ValueKind == JsonValueKind.Object;
    }

    private static byte[] Written(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream);
        try
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
            writer.Flush();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException("text that isn't UTF-8", e); // found only where it is written anew
        }

        return stream.ToArray();
    }

    private static void WriteWith(Utf8JsonWriter writer, string name, JsonElement owner, Action writeInput)
    {
        writer.WriteStartObject(name);
        WriteMembers(writer, owner, writeInput);
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement owner, Action writeInput)
    {
        foreach (JsonProperty member in owner.EnumerateObject())
        {
            if (member.NameEquals(Input))
                writeInput();
            else
                member.WriteTo(writer);
        }
    }

    private static void WriteImage(Utf8JsonWriter writer, JsonElement size, JsonElement encoding)
    {
        writer.WriteStartObject(Input);
        writer.WriteString("kind", ImageKind.KindName);
        foreach (JsonProperty member in size.EnumerateObject().Concat(encoding.EnumerateObject()))
            member.WriteTo(writer);
        writer.WriteEndObject();
    }
}
