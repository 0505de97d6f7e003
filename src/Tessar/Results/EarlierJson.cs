using System.Text.Json.Serialization;

namespace Tessar.Results;

[JsonSerializable(typeof(SelfCheck[]))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class EarlierJson : JsonSerializerContext;
