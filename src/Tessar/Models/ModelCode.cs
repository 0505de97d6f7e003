using System.Text.Json.Serialization;

namespace Tessar.Models;

/// <summary>
/// Which code an architecture is, besides its name: a built-in one's version, or the hashes of a user's assemblies.
/// </summary>
/// <remarks>Two models of equal names and weights compute the same only if this is equal too.</remarks>
public sealed record ModelCode
{
    /// <summary>
    /// Version of a built-in architecture, raised whenever the same weights would answer otherwise; null for a user's module.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>The module's assembly, then those of the user's that it stands on; null for a built-in architecture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ModelAssembly>? Assemblies { get; init; }

    /// <summary>The same as text, part of every key; empty for the first version of a built-in architecture.</summary>
    internal string Key => Assemblies is { } assemblies
        ? string.Join('\n', assemblies.Select(assembly => $"{assembly.File} {assembly.Sha256}"))
        : Version is null or 1 ? string.Empty : FormattableString.Invariant($"version {Version}");

    /// <summary>What differs from other code, as a clause; null when nothing does.</summary>
    internal string? DifferenceTo(ModelCode present)
    {
        if (Assemblies is null)
            return Version == present.Version ? null : $"version {present.Version} of its code, recorded is {Version}";
        Dictionary<string, string> now = (present.Assemblies ?? [])
            .ToDictionary(a => a.File, a => a.Sha256, StringComparer.Ordinal);
        foreach (ModelAssembly then in Assemblies)
        {
            if (!now.Remove(then.File, out string? found))
                return $"{then.File} is missing beside it, recorded is SHA-256 {then.Sha256}";
            if (found != then.Sha256)
                return $"{then.File} has the SHA-256 {found}, recorded is {then.Sha256}";
        }

        return now.Count == 0 ? null : $"it stands on {now.Keys.First()}, which it didn't then";
    }
}

/// <summary>An assembly that a model is made of.</summary>
/// <param name="File">Its file's name, without the folder.</param>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hex digits.</param>
public sealed record ModelAssembly(string File, string Sha256);
