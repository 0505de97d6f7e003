namespace Tessar.Cli.Json;

/// <summary>`tessar dev docs`.</summary>
internal sealed record DevDocsJson : JsonResult
{
    /// <summary>The folder of the checkout.</summary>
    public required string Checkout { get; init; }

    /// <summary>Pages that were written anew, by their paths inside the checkout; empty when all were right.</summary>
    public required IReadOnlyList<string> Changed { get; init; }
}
