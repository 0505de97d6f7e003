namespace Tessar.Cli.Json;

/// <summary>A file that explains predictions.</summary>
internal sealed record WrittenFileJson
{
    /// <summary>`picture`, `report` or `export`.</summary>
    public required string Kind { get; init; }

    /// <summary>Full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Predictions in it.</summary>
    public required int Targets { get; init; }

    /// <summary>Predictions for which it has no room.</summary>
    public required int TargetsLeftOut { get; init; }
}
