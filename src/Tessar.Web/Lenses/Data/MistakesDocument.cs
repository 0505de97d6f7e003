using Tessar.Web.Documents;

namespace Tessar.Web.Lenses.Data;

/// <summary>`/api/runs/{run}/lenses/data/mistakes`: wrongly classified examples, the most confident first.</summary>
/// <param name="Run">The run.</param>
/// <param name="Split">The split.</param>
/// <param name="Examples">Examples predicted.</param>
/// <param name="Total">Mistakes among them.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Mistakes">The first of them.</param>
internal sealed record MistakesDocument(
    string Run, string Split, int Examples, int Total, IReadOnlyList<string> Classes, IReadOnlyList<MispredictionEntry> Mistakes)
        : Document;

/// <summary>A wrongly classified example.</summary>
internal sealed record MispredictionEntry(int Index, int Label, int Predicted, double Confidence, ImageReference Image);
