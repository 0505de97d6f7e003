using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessar.Results;

/// <summary>The <c>result.json</c> of every lens: one envelope, with the lens's own answer inside.</summary>
public sealed record ResultDocument
{
    /// <summary>Version of this layout.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of the layout of the file.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>Name of the lens, such as <c>data</c>.</summary>
    public required string Lens { get; init; }

    /// <summary>Name of the method, such as <c>data/trak</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the run that keeps it.</summary>
    public required string Run { get; init; }

    /// <summary>When it was computed, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>What it answers.</summary>
    public required ResultJob Job { get; init; }

    /// <summary>What it depends on beside that.</summary>
    public required ResultInputs Inputs { get; init; }

    /// <summary>Seconds it took.</summary>
    public double Seconds { get; init; }

    /// <summary>What the method found when it checked itself.</summary>
    public IReadOnlyList<SelfCheck> Checks { get; init; } = [];

    /// <summary>What to know before trusting it, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The array file beside it; null without arrays.</summary>
    public string? Arrays { get; init; }

    /// <summary>SHA-256 of the array file; null without one.</summary>
    public string? ArraysSha256 { get; init; }

    /// <summary>The lens's own answer.</summary>
    public required JsonElement Payload { get; init; }
}

[JsonSerializable(typeof(ResultDocument))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
internal sealed partial class ResultJson : JsonSerializerContext;
