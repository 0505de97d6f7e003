namespace Tessar.Cli.Parsing;

/// <summary>How a setting's values are written.</summary>
/// <param name="Expectation">What a valid value looks like, for errors and the JSON schema.</param>
/// <param name="JsonType">The JSON type a value has in tessar.json.</param>
/// <param name="Read">Reads a text.</param>
internal sealed record SettingForm<T>(string Expectation, string JsonType, Func<string, (bool IsValid, T Value)> Read);
