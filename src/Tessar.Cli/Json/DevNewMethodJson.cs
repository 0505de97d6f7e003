namespace Tessar.Cli.Json;

/// <summary>`tessar dev new-method`.</summary>
internal sealed record DevNewMethodJson : JsonResult
{
    /// <summary>The method, `lens/method`.</summary>
    public required string Method { get; init; }

    /// <summary>The folder of the checkout.</summary>
    public required string Checkout { get; init; }

    /// <summary>Files that were made, by their paths inside the checkout.</summary>
    public required IReadOnlyList<string> Created { get; init; }

    /// <summary>Files that got lines, likewise.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>What to type next.</summary>
    public required IReadOnlyList<string> Next { get; init; }
}
