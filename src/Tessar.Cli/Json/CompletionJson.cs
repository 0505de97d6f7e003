namespace Tessar.Cli.Json;

/// <summary>`tessar completion`.</summary>
internal sealed record CompletionJson : JsonResult
{
    /// <summary>The shell.</summary>
    public required string Shell { get; init; }

    /// <summary>The script.</summary>
    public required string Script { get; init; }
}
