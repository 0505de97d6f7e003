using System.Text.Json.Serialization;
using Tessar.Results;

namespace Tessar.Methods;

/// <summary>What the <c>result.json</c> of an attribution says.</summary>
public sealed record AttributionDocument
{
    internal const string MeaningOfSign = "A positive score means that having the training example raises the target's output.";

    /// <summary>Version of the layout of the file.</summary>
    public int Schema { get; init; } = ResultDocument.CurrentSchema;

    /// <summary>Name of the method, for example <c>data/trak</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the run the result is kept with.</summary>
    public required string Run { get; init; }

    /// <summary>When it was computed, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The checkpoints that were looked at.</summary>
    public required IReadOnlyList<ResultCheckpoint> Checkpoints { get; init; }

    /// <summary>Identity of the example store.</summary>
    public required string DataIdentity { get; init; }

    /// <summary>SHA-256 of the train labels as they were used.</summary>
    public required string LabelsSha256 { get; init; }

    /// <summary>The train examples, for example <c>train:0-9999</c>.</summary>
    public required string Train { get; init; }

    /// <summary>The targets, for example <c>test:0-99</c>.</summary>
    public required string Targets { get; init; }

    /// <summary>The effective options, as they would be typed.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>What a positive score means.</summary>
    public string Sign { get; init; } = MeaningOfSign;

    /// <summary>Proponents and opponents kept per target.</summary>
    public required int Top { get; init; }

    /// <summary>Whether scores were streamed and only the strongest kept: there is no array <c>scores</c> then.</summary>
    public bool TopOnly { get; init; }

    /// <summary>How the scores were made.</summary>
    public required AttributionReport Report { get; init; }

    /// <summary>The array file beside this one.</summary>
    public string Arrays { get; init; } = ResultFolder.ArraysName;

    /// <summary>SHA-256 of the array file.</summary>
    public required string ArraysSha256 { get; init; }
}

/// <summary>The Data lens's own part of a result: everything else stands in the envelope.</summary>
internal sealed record AttributionPayload
{
    /// <summary>What a positive score means.</summary>
    public required string Sign { get; init; }

    /// <summary>Proponents and opponents kept per target.</summary>
    public required int Top { get; init; }

    /// <summary>Whether scores were streamed and only the strongest kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TopOnly { get; init; }

    /// <summary>How the scores were made.</summary>
    public required AttributionReport Report { get; init; }
}

[JsonSerializable(typeof(AttributionPayload))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class AttributionJson : JsonSerializerContext;
