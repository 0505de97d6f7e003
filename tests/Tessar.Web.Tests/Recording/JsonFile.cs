using System.Text.Json.Nodes;

namespace Tessar.Web.Tests.Recording;

/// <summary>Changes a JSON file in place, on purpose.</summary>
internal static class JsonFile
{
    public static void Edit(string path, Action<JsonObject> edit)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        edit(json);
        if (json.ContainsKey("checksum"))
            json["checksum"] = "edited";
        File.WriteAllText(path, json.ToJsonString());
    }
}
