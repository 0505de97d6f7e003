using System.Text.Json.Serialization;
using Tessar.Models;

namespace Tessar.Runs;

/// <summary>What ties a run to the function that it trained, besides the name of its model.</summary>
public sealed record ModelIdentity
{
    /// <summary>Which code the model was.</summary>
    public required ModelCode Code { get; init; }

    /// <summary>
    /// Tensors that the module's fields reach but that aren't registered: neither trained nor saved, drawn anew from the run's
    /// seed whenever the model is built. Null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Unregistered { get; init; }

    /// <summary>The inputs whose answers each checkpoint keeps; null when the run has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReferenceInputs? Inputs { get; init; }
}

/// <summary>A few inputs, kept as they enter the model, that every checkpoint of a run has answered.</summary>
/// <param name="File">The file, relative to the run's folder; <c>inputs</c> in it is what the model is called with.</param>
/// <param name="Examples">The examples they are, such as <c>test:0-3</c>.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record ReferenceInputs(string File, string Examples, string Sha256);
