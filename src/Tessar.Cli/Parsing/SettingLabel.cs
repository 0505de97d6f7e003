namespace Tessar.Cli.Parsing;

/// <summary>What a setting is called and what is said about it.</summary>
/// <param name="Key">Dotted kebab-case key; the path in tessar.json.</param>
/// <param name="Option">The command-line option, or null where there is none.</param>
/// <param name="ValueName">What stands for the value in help.</param>
/// <param name="Help">What it does.</param>
/// <param name="DefaultText">The default as help shows it, or null when the value is required or absent by default.</param>
internal sealed record SettingLabel(string Key, string? Option, string ValueName, string Help, string? DefaultText);
