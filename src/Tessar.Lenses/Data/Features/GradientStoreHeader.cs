using System.Text.Json.Serialization;

namespace Tessar.Lenses.Data.Features;

/// <summary>The <c>header.json</c> of a gradient store.</summary>
internal sealed record GradientStoreHeader
{
    /// <summary>Version of the layout described here: 1 with one file of rows, 2 with several.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>What the store was made from.</summary>
    public required GradientStoreOrigin Origin { get; init; }

    /// <summary>Number of rows n.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows per file, when they are split over several; null when all lie in <c>phi.bin</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RowsPerShard { get; init; }

    /// <summary>Stored number = φ · 2^exponent.</summary>
    public required int ScaleExponent { get; init; }

    /// <summary>The sketch of each group of parameters.</summary>
    public required IReadOnlyList<string> Sketch { get; init; }

    /// <summary>Names of the parameters whose gradient is in the rows.</summary>
    public required IReadOnlyList<string> Parameters { get; init; }

    /// <summary>Number of elements of these parameters.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Names of the parameters that were left out.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }

    /// <summary>What is known only at the end; null while the store is being written.</summary>
    public GradientStoreSummary? Summary { get; init; }
}

/// <summary>Checks and counts of a finished store.</summary>
/// <param name="RowsHash">
/// XXH3 of <c>phi.bin</c>, hexadecimal; of the shards' hashes, one a line, when there are several files.
/// </param>
/// <param name="FactorsHash">XXH3 of <c>q.bin</c>, hexadecimal.</param>
/// <param name="LargestValue">Largest |φ| of the stored rows.</param>
/// <param name="ZeroRows">
/// Rows that hold nothing but zeros: a dead model, or examples whose gradient is smaller than the number format reaches.
/// </param>
/// <param name="MeanSquaredNorm">tr(ΦᵀΦ)/n of the stored rows.</param>
internal sealed record GradientStoreSummary(
    string RowsHash, string FactorsHash, double LargestValue, long ZeroRows, double MeanSquaredNorm)
{
    /// <summary>The files, when there are several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<GradientStoreShard>? Shards { get; init; }
}

/// <summary>One of several files of rows.</summary>
/// <param name="File">Its name.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Hash">XXH3, hexadecimal.</param>
internal sealed record GradientStoreShard(string File, int Rows, string Hash);

[JsonSerializable(typeof(GradientStoreHeader))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class GradientStoreJson : JsonSerializerContext;
