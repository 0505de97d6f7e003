using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace Tessar.Models;

/// <summary>Hashes of an assembly of the user's and of those it stands on. Loads none of them.</summary>
/// <remarks>
/// An assembly that it names counts when it lies beside it, as a project's own libraries do after a build. Tessar and TorchSharp
/// are shared with this program wherever copies lie; a run records their versions elsewhere.
/// </remarks>
internal static class AssemblyHashes
{
    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Bytes), Entry> _known = new();

    /// <summary>The assembly itself first, then what it stands on in ordinal order.</summary>
    /// <exception cref="TessarException">A file can't be read, or is no assembly.</exception>
    public static IReadOnlyList<ModelAssembly> Of(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Entry own = Read(path);
        var waiting = new Stack<string>(own.References);
        string name = Path.GetFileName(path);
        while (waiting.TryPop(out string? reference))
        {
            string file = reference + ".dll", beside = Path.Combine(folder, file);
            if (IsShared(reference) || file == name || found.ContainsKey(file) || !File.Exists(beside))
                continue;
            Entry entry = Read(beside);
            found.Add(file, entry.Sha256);
            foreach (string next in entry.References)
                waiting.Push(next);
        }

        return [new ModelAssembly(name, own.Sha256), .. found.Select(pair => new ModelAssembly(pair.Key, pair.Value))];
    }

    private static bool IsShared(string name) =>
        name is "Tessar" or "TorchSharp" || name.StartsWith("Tessar.", StringComparison.Ordinal);

    private static Entry Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return _known.GetOrAdd(
                (file.FullName, file.LastWriteTimeUtc, file.Length), static key => Parse(File.ReadAllBytes(key.Path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw new TessarException(
                $"The assembly {path} can't be read: {FirstLine.Of(e).TrimEnd('.')}. Build the model's project, and keep its "
                    + $"output together.",
                ErrorKind.InputData, e);
        }
    }

    private static Entry Parse(byte[] bytes)
    {
        using var image = new PEReader(new MemoryStream(bytes));
        string[] references = [];
        if (image.HasMetadata)
        {
            MetadataReader metadata = image.GetMetadataReader();
            references = [.. metadata.AssemblyReferences.Select(handle =>
                metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        }

        return new Entry(Convert.ToHexStringLower(SHA256.HashData(bytes)), references);
    }

    private sealed record Entry(string Sha256, string[] References);
}
