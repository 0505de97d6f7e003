using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tessar.Lenses.Data.Features;

/// <summary>What a gradient store was made from; two stores with equal origins hold the same numbers.</summary>
/// <param name="CheckpointSha256">
/// SHA-256 of the checkpoint file; joined with the code of the model where that is the user's.
/// </param>
/// <param name="DataIdentity">Identity of the example store.</param>
/// <param name="Examples">The examples, for example <c>train:0-9999</c>.</param>
/// <param name="LabelsSha256">SHA-256 of the labels as they were used, overlay included.</param>
/// <param name="Output">Output function whose gradient is stored.</param>
/// <param name="ProjectionDimension">Width k of a row.</param>
/// <param name="Projection">Kind of projection: <c>sketch</c> or <c>landmarks</c>.</param>
/// <param name="Seed">Seed of the projection.</param>
/// <param name="NumberFormat">Type of the stored numbers: <c>f16</c> or <c>f32</c>.</param>
/// <param name="BatchSize">Examples per forward pass; part of the origin because bits depend on it.</param>
/// <param name="Unsupported">Policy for parameters without a rule.</param>
internal sealed record GradientStoreOrigin(
    string CheckpointSha256, string DataIdentity, string Examples, string LabelsSha256, string Output, int ProjectionDimension,
    string Projection, ulong Seed, string NumberFormat, int BatchSize, string Unsupported)
{
    /// <summary>Raised whenever the same origin would give other numbers than before.</summary>
    public const int CodeVersion = 1;

    /// <summary>A name for the store's folder: equal origins, equal names.</summary>
    public string ComputeKey() => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(
            $"{CodeVersion}\n{JsonSerializer.Serialize(this, GradientStoreJson.Default.GradientStoreOrigin)}")))[..16];
}
