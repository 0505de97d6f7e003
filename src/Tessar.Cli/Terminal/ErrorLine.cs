using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Cli.Terminal;

/// <summary>
/// An error for a program that started this one: a line of JSON on standard error, where <see cref="ProgressLines"/> are wanted,
/// before the line for people. That one names options; a page has none, so it puts the remedies into words of its own.
/// </summary>
/// <remarks>
/// The line is <c>{"error":{"message":"…","remedies":[{"kind":"SetMethodOption","name":"damping","value":"1"}]}}</c>.
/// </remarks>
/// <param name="Message">What is wrong and what is required.</param>
/// <param name="Remedies">What can be done, the best first.</param>
internal sealed partial record ErrorLine(string Message, IReadOnlyList<Remedy> Remedies)
{
    /// <summary>The line.</summary>
    public string ToJson() => JsonSerializer.Serialize(new Told(this), ErrorLineJson.Default.Told);

    internal sealed record Told(ErrorLine Error);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UseStringEnumConverter = true)]
    [JsonSerializable(typeof(Told))]
    private sealed partial class ErrorLineJson : JsonSerializerContext;
}
