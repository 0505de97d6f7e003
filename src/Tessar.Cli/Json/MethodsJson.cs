using Tessar.Methods;

namespace Tessar.Cli.Json;

/// <summary>`tessar methods`.</summary>
internal sealed record MethodsJson : JsonResult
{
    /// <summary>The methods, by name.</summary>
    public required IReadOnlyList<MethodJson> Methods { get; init; }
}

/// <summary>One method of the catalogue.</summary>
internal sealed record MethodJson
{
    /// <summary>Its name, `lens/method`.</summary>
    public required string Name { get; init; }

    /// <summary>What it computes.</summary>
    public required string Summary { get; init; }

    /// <summary>What it costs with n train examples, m targets, p parameters and projection width k.</summary>
    public required string Cost { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Paper { get; init; }

    /// <summary>Its options.</summary>
    public required IReadOnlyList<MethodOptionJson> Options { get; init; }

    public static MethodJson Of(MethodDescription method) => new()
    {
        Name = method.Name,
        Summary = method.Summary,
        Cost = method.Cost,
        Paper = method.Paper,
        Options = [.. method.Options.Select(MethodOptionJson.Of)],
    };
}

/// <summary>One option of a method.</summary>
internal sealed record MethodOptionJson
{
    /// <summary>As `--set` takes it.</summary>
    public required string Name { get; init; }

    /// <summary>As it would be typed.</summary>
    public required string Default { get; init; }

    /// <summary>What may be typed.</summary>
    public required string Allowed { get; init; }

    /// <summary>What it does.</summary>
    public required string Help { get; init; }

    public static MethodOptionJson Of(MethodOption option) =>
        new() { Name = option.Name, Default = option.DefaultText, Allowed = option.Allowed, Help = option.Help };
}
