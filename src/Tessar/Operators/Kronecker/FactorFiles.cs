using System.Security.Cryptography;
using System.Text;
using Tessar.Tensors;
using static TorchSharp.torch;

namespace Tessar.Operators.Kronecker;

/// <summary>Where factors are kept between calls: safetensors files in a folder whose name says what they were made
/// from.</summary>
/// <param name="folder">The folder; made when the first file is written.</param>
internal sealed class FactorFiles(string folder)
{
    /// <summary>Raised whenever the same origin would give other numbers than before.</summary>
    private const int CodeVersion = 1;

    /// <summary>A folder beside a run's results.</summary>
    /// <param name="results">The method's folder.</param>
    /// <param name="origin">Everything the factors depend on.</param>
    public static FactorFiles Of(string results, params IEnumerable<string> origin)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', origin.Prepend($"{CodeVersion}"))));
        return new FactorFiles(Path.Combine(results, $"factors-{Convert.ToHexStringLower(hash)[..16]}"));
    }

    /// <summary>Fills tensors from a file, if it is there.</summary>
    /// <param name="name">Name of the file without extension.</param>
    /// <param name="tensors">Of the shapes and types expected; overwritten.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="TessarException">The file is damaged, or holds something else.</exception>
    public bool TryLoad(string name, IReadOnlyDictionary<string, Tensor> tensors)
    {
        string path = PathOf(name);
        if (!File.Exists(path))
            return false;
        using SafetensorsFile file = SafetensorsFile.Open(path);
        StateDict.Load(tensors, file);
        return true;
    }

    /// <summary>Writes tensors under a temporary name and renames the file.</summary>
    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors) =>
        StateDict.Save(tensors, PathOf(name), metadata: null, isSealed: true);

    /// <summary>Removes a file, if it is there.</summary>
    public void Delete(string name)
    {
        string path = PathOf(name);
        if (File.Exists(path))
            File.Delete(path);
    }

    private string PathOf(string name) => Path.Combine(folder, $"{name}.safetensors");
}
