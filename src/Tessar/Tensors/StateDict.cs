using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Tensors;

/// <summary>Parameters and buffers of a module as a safetensors file, and back.</summary>
/// <remarks>
/// TorchSharp's own <c>load_state_dict</c> copies with broadcasting and compares no shapes (a [1, 1] tensor fills a [2, 3]
/// weight without a word), so everything is compared here before the first number is copied.
/// </remarks>
public static class StateDict
{
    /// <summary>Writes all parameters and buffers of a module.</summary>
    /// <param name="module">The module; on any device.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="metadata">Text to put into the header, by name; none by default.</param>
    /// <exception cref="NumericalException">A value isn't finite; the file isn't touched.</exception>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Save(Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var scope = NewDisposeScope();
        Save(module.state_dict(), path, metadata);
    }

    /// <summary>Writes named tensors.</summary>
    /// <inheritdoc cref="Save(Module, string, IReadOnlyDictionary{string, string}?)"/>
    /// <param name="tensors">The tensors; on any device.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="metadata">Text to put into the header, by name; none for null.</param>
    /// <param name="isSealed">Whether the file carries a hash of itself.</param>
    internal static void Save(
        IReadOnlyDictionary<string, Tensor> tensors, string path, IReadOnlyDictionary<string, string>? metadata,
        bool isSealed = false)
    {
        using var scope = NewDisposeScope();
        var writer = new SafetensorsWriter { IsSealed = isSealed };
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor plain = Plain(tensor);
            ElementType type = TensorTypes.ElementTypeOf(plain.dtype, name);
            if (NonFinite.FirstIn(type, plain.bytes) is { } found)
                throw new NumericalException(
                    $"{NonFinite.Describe(name, plain.shape, found)}, so it isn't saved to {path}. Lower the learning rate.");
            writer.Add(name, type, plain.shape, stream => stream.Write(plain.bytes));
        }

        foreach ((string name, string value) in metadata ?? new Dictionary<string, string>(StringComparer.Ordinal))
            writer.Metadata[name] = value;
        writer.Save(path);
    }

    /// <summary>Fills a module with the tensors of a file, after making sure that they are exactly the module's.</summary>
    /// <param name="module">The module; its parameters and buffers are overwritten, or, on an error, left alone.</param>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="FileFormatException">The file isn't safetensors, is cut short, or contradicts itself.</exception>
    /// <exception cref="NumericalException">Everything fits but a value isn't finite; names tensors and indices.</exception>
    /// <exception cref="TessarException">
    /// The file is missing, or names, shapes or types differ; one message names every difference.
    /// </exception>
    public static void Load(Module module, string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Load(module, file);
    }

    /// <inheritdoc cref="Load(Module, string)"/>
    /// <param name="module">The module; its parameters and buffers are overwritten, or, on an error, left alone.</param>
    /// <param name="file">An open safetensors file; stays the caller's.</param>
    public static void Load(Module module, SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(file);
        using var scope = NewDisposeScope();
        Load(module.state_dict(), file);
    }

    /// <inheritdoc cref="Load(Module, SafetensorsFile)"/>
    /// <param name="module">The module; its parameters and buffers are overwritten, or, on an error, left alone.</param>
    /// <param name="file">An open safetensors file; stays the caller's.</param>
    /// <param name="shownAs">How messages call the file.</param>
    internal static void Load(Module module, SafetensorsFile file, string shownAs)
    {
        using var scope = NewDisposeScope();
        Load(module.state_dict(), file, shownAs);
    }

    /// <summary>Fills tensors in place with those of the same names.</summary>
    /// <inheritdoc cref="Load(Module, SafetensorsFile)"/>
    internal static void Load(IReadOnlyDictionary<string, Tensor> tensors, SafetensorsFile file, string? shownAs = null)
    {
        StateDictDifferences.ThrowIfAny(tensors, file, shownAs);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach ((string name, Tensor tensor) in tensors)
        {
            file.TryGet(name, out TensorEntry? entry);
            Tensor staged = empty(tensor.shape, tensor.dtype, CPU);
            file.Bytes(entry!).CopyTo(staged.bytes);
            tensor.copy_(staged);
        }
    }

    /// <summary>A hash of all parameters and buffers: equal exactly when names and bits are.</summary>
    /// <param name="module">The module; on any device.</param>
    /// <returns>SHA-256 over (name, 0, bytes) in ordinal order of the names, 64 lower-case hex digits.</returns>
    public static string Sha256(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor tensor) in module.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
            hash.AppendData(Plain(tensor).bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same numbers, row-major and on the CPU, cut off from the graph; in the caller's scope.</summary>
    private static Tensor Plain(Tensor tensor) => tensor.detach().cpu().contiguous();
}
