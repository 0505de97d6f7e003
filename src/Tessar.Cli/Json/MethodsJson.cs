using Tessar.Methods;

namespace Tessar.Cli.Json;

/// <summary>`tessar methods`.</summary>
internal sealed record MethodsJson : JsonResult
{
    public required IReadOnlyList<MethodJson> Methods { get; init; }
}

/// <summary>One method of the catalogue.</summary>
internal sealed record MethodJson
{
    public required string Name { get; init; }

    public required string Summary { get; init; }

    /// <summary>What it costs with n train examples, m targets, p parameters and projection width k.</summary>
    public required string Cost { get; init; }

    public required string Paper { get; init; }

    public required IReadOnlyList<MethodOptionJson> Options { get; init; }

    public static MethodJson Of(MethodDescription method) => new()
    {
        Name = method.Name,
        Summary = method.Summary,
        Cost = method.Cost,
        Paper = method.Paper,
        Options = [.. method.Options.Select(option => new MethodOptionJson(option.Name, option.DefaultText, option.Allowed, option.Help))],
    };
}

/// <summary>One option of a method.</summary>
/// <param name="Name">As `--set` takes it.</param>
/// <param name="Default">As it would be typed.</param>
/// <param name="Allowed">What may be typed.</param>
/// <param name="Help">What it does.</param>
internal sealed record MethodOptionJson(string Name, string Default, string Allowed, string Help);
