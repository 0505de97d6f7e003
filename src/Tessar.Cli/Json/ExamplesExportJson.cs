namespace Tessar.Cli.Json;

/// <summary>`tessar examples export`.</summary>
internal sealed record ExamplesExportJson : JsonResult
{
    /// <summary>Full path of the store.</summary>
    public required string Store { get; init; }

    /// <summary>The format written.</summary>
    public required string Format { get; init; }

    /// <summary>Rows written.</summary>
    public required long Examples { get; init; }

    /// <summary>The files, in the order of their rows.</summary>
    public required IReadOnlyList<ExportedFileJson> Files { get; init; }

    /// <summary>Seconds it took.</summary>
    public required double Seconds { get; init; }
}

/// <summary>A file of an export.</summary>
internal sealed record ExportedFileJson
{
    /// <summary>Full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }
}
