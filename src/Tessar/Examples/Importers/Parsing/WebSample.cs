using System.Formats.Tar;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>One sample of WebDataset shards: successive files whose names agree up to the first dot.</summary>
/// <param name="Path">The shard.</param>
/// <param name="Offset">Where its first file begins there.</param>
/// <param name="Key">The name up to the first dot of its last part.</param>
/// <param name="Fields">
/// Contents by the rest of the name, such as <c>jpg</c> or <c>seg.png</c>; null where they weren't wanted.
/// </param>
internal sealed record WebSample(string Path, long Offset, string Key, Dictionary<string, byte[]?> Fields)
{
    /// <summary>The samples of a shard.</summary>
    /// <param name="path">The shard.</param>
    /// <param name="wants">True for a field whose content is needed.</param>
    /// <param name="marks">Receives the archive's global attributes.</param>
    /// <param name="leftOut">Receives what belongs to no sample, at the first reading; null later.</param>
    /// <exception cref="FileFormatException">It is damaged, or a sample has a field twice.</exception>
    public static IEnumerable<WebSample> Read(
        string path, Func<string, bool> wants, Action<IReadOnlyDictionary<string, string>>? marks = null, LeftOut? leftOut = null)
    {
        WebSample? sample = null;
        foreach ((TarEntry entry, long offset) in TarWalk.Entries(path, leftOut))
        {
            if (entry is PaxGlobalExtendedAttributesTarEntry global)
            {
                marks?.Invoke(global.GlobalExtendedAttributes);
                continue;
            }

            int start = entry.Name.LastIndexOf('/') + 1, dot = entry.Name.IndexOf('.', start);

            // Hidden files and files without ending belong to no sample.
            if (dot <= start || dot + 1 == entry.Name.Length)
            {
                leftOut?.AddFile(entry.Name);
                continue;
            }

            int ending = entry.Name.LastIndexOf('.') + 1;
            string key = entry.Name[..dot], field = entry.Name[(dot + 1)..ending] + entry.Name[ending..].ToLowerInvariant();
            if (sample is not null && sample.Key != key)
            {
                yield return sample;
                sample = null;
            }

            sample ??= new WebSample(path, offset, key, new Dictionary<string, byte[]?>(StringComparer.Ordinal));
            if (!sample.Fields.TryAdd(field, wants(field) ? TarWalk.Read(path, entry, offset) : null))
                throw SourceFile.Refuse(path, offset, $"each field of the sample `{key}` once", $"`{field}` twice");
        }

        if (sample is not null)
            yield return sample;
    }
}
