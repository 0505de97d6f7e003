using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Documentation;

/// <summary>Writes docs/tessar.schema.json: the settings of tessar.json for editors.</summary>
internal static class SettingsSchema
{
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    public static string Write()
    {
        JsonObject schema = Object("Settings of Tessar: tessar.json in the folder where it is started.");
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema["properties"]!["$schema"] = new JsonObject { ["type"] = "string" };
        foreach (Setting setting in CommandTable.Root().AllSettings)
        {
            JsonObject at = schema;
            string[] parts = setting.Key.Split('.');
            foreach (string part in parts[..^1])
                at = (JsonObject)(at["properties"]![part] ??= Object($"Settings of `{part}`."));
            string allowed = setting.JsonType == "string" ? setting.Help : $"{setting.Help}: {setting.Expectation}";
            string fallback = setting.DefaultText is { } text ? $"; default {text}." : ".";
            at["properties"]![parts[^1]] = new JsonObject { ["type"] = setting.JsonType, ["description"] = allowed + fallback };
        }
        schema["properties"]!["methods"] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "Options of methods by the method's name, as in { \"data/trak\": { \"damping\": 0.3 } }.",
            ["additionalProperties"] = new JsonObject { ["type"] = "object" },
        };
        return schema.ToJsonString(_indented) + "\n";
    }

    private static JsonObject Object(string description) => new()
    {
        ["type"] = "object",
        ["description"] = description,
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(),
    };
}
