namespace Tessar.Lenses.Data.Layers;

/// <summary>How shortened gradients are computed.</summary>
/// <param name="AreLosses">Whether train rows are those of −∇ℓ = Q∇f instead of ∇f.</param>
/// <param name="BatchSize">Examples per forward pass.</param>
/// <param name="Folder">Where temporary files may lie.</param>
internal sealed record ShorteningPlan(bool AreLosses, int BatchSize, string Folder);
