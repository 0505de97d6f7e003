namespace Tessar.Cli.Json;

/// <summary>`tessar examples verify`.</summary>
internal sealed record ExamplesVerifyJson : JsonResult
{
    /// <summary>Full path of the file.</summary>
    public required string Store { get; init; }

    /// <summary>SHA-256 of its manifest, for which every byte now stands.</summary>
    public required string Identity { get; init; }

    /// <summary>Rows over all splits.</summary>
    public required long Examples { get; init; }

    /// <summary>Size of the file, segments included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds it took.</summary>
    public required double Seconds { get; init; }
}
