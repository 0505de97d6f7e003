namespace Tessar.Cli.Json;

/// <summary>`tessar completion`.</summary>
internal sealed record CompletionJson : JsonResult
{
    public required string Shell { get; init; }

    public required string Script { get; init; }
}
