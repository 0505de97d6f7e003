using System.Text.Json;
using Tessar.Results;
using Tessar.Tensors;

namespace Tessar.Methods;

/// <summary>What a question leaves behind, before it is kept.</summary>
public sealed record MethodAnswer
{
    /// <summary>The answer as the program goes on with it: numbers and records of the lens.</summary>
    public required object Value { get; init; }

    /// <summary>The answer as <c>result.json</c> keeps it, inside the envelope.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>Adds its arrays to the file beside it; null without arrays.</summary>
    public Action<SafetensorsWriter>? Arrays { get; init; }

    /// <summary>The training examples that were looked at, such as <c>train:0-9999</c>; null for none.</summary>
    public string? Train { get; init; }

    /// <summary>The targets, such as <c>test:0-99</c>; null for none.</summary>
    public string? Targets { get; init; }

    /// <summary>What the method found when it checked itself.</summary>
    public IReadOnlyList<SelfCheck> Checks { get; init; } = [];

    /// <summary>What to know before trusting it, one sentence each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
