namespace Tessar.Lenses.Data.Search;

/// <summary>One checkpoint's part of a search: its rows, and the queries they are multiplied with.</summary>
/// <param name="Rows">Φ_c, [n, k_c]; stays the caller's.</param>
/// <param name="Queries">ψ_c = K_c⁻¹ φ_c(q), [m, k_c], row by row, finite.</param>
internal sealed record SearchPart(IStoredRows Rows, ReadOnlyMemory<double> Queries);
