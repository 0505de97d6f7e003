using System.Globalization;
using static TorchSharp.torch;

namespace Tessar.Tensors;

/// <summary>Compares what a module has with what a file holds.</summary>
internal static class StateDictDifferences
{
    /// <summary>Does nothing when names, shapes and types agree and every value is finite.</summary>
    /// <exception cref="NumericalException">Everything fits but some values aren't finite.</exception>
    /// <exception cref="TessarException">Something doesn't fit; the message names every difference.</exception>
    /// <param name="tensors">What the module has.</param>
    /// <param name="file">What is held against it.</param>
    /// <param name="shownAs">How messages call the file; its path by default.</param>
    public static void ThrowIfAny(IReadOnlyDictionary<string, Tensor> tensors, SafetensorsFile file, string? shownAs = null)
    {
        string path = shownAs ?? file.Path;
        string[] missing = [.. tensors.Keys.Where(name => !file.TryGet(name, out _)).Order(StringComparer.Ordinal)];
        string[] extra = [.. file.Entries.Select(e => e.Name).Where(name => !tensors.ContainsKey(name))
            .Order(StringComparer.Ordinal)];
        List<string> misfits = [.. missing.Select(name => $"`{name}` {Shape.Text(tensors[name].shape)} is missing")];
        misfits.AddRange(extra.Select(name => $"`{name}` isn't part of the model"));
        List<string> notFinite = [];
        foreach ((string name, Tensor tensor) in tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (file.TryGet(name, out TensorEntry? entry))
                Compare(name, tensor, entry, file, misfits, notFinite);
        }

        if (misfits.Count == 0)
            misfits.AddRange(TiedDifferences(tensors, file));
        if (misfits.Count > 0)
        {
            List<string> all = [.. misfits, .. notFinite];
            throw new TessarException(
                string.Create(CultureInfo.InvariantCulture, $"{path} doesn't fit the model ({all.Count} differences): ")
                + $"{string.Join("; ", all)}. {Advice(missing, extra)}",
                ErrorKind.InputData)
            {
                Remedies = Prefix(missing, extra) is { } prefix
                        ? [new(RemedyKind.ChangeArgument, "strip-prefix", prefix)]
                        : []
            };
        }

        if (notFinite.Count > 0)
            throw new NumericalException($"{path}: {string.Join("; ", notFinite)}. Train again with a lower learning rate.");
    }

    // One tensor under two names would take what the file has for the last of them.
    private static IEnumerable<string> TiedDifferences(IReadOnlyDictionary<string, Tensor> tensors, SafetensorsFile file)
    {
        foreach (IGrouping<TensorStorage, string> tied in tensors.Where(pair =>
            pair.Value.device_type == TorchSharp.DeviceType.CPU && pair.Value.numel() > 0)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).GroupBy(pair => TensorStorage.Of(pair.Value), pair => pair.Key))
        {
            string first = tied.First();
            file.TryGet(first, out TensorEntry? known);
            foreach (string name in tied.Skip(1))
            {
                file.TryGet(name, out TensorEntry? other);
                if (!file.Bytes(known!).SequenceEqual(file.Bytes(other!)))
                    yield return $"`{first}` and `{name}` are one tensor in the model but differ in the file";
            }
        }
    }

    private static void Compare(
        string name, Tensor tensor, TensorEntry entry, SafetensorsFile file, List<string> misfits, List<string> notFinite)
    {
        ElementType type = TensorTypes.ElementTypeOf(tensor.dtype, name);
        bool fits = true;
        if (!tensor.shape.AsSpan().SequenceEqual([.. entry.Shape]))
        {
            misfits.Add($"`{name}` has shape {Shape.Text(entry.Shape)}, required is {Shape.Text(tensor.shape)}");
            fits = false;
        }

        if (entry.Type != type)
        {
            misfits.Add($"`{name}` is {entry.Type}, required is {type}");
            fits = false;
        }

        if (fits && NonFinite.FirstIn(type, file.Bytes(entry)) is { } at)
            notFinite.Add(NonFinite.Describe(name, entry.Shape, at));
    }

    // Wrappers such as PyTorch's DataParallel and compile put a prefix before every name.
    private static string? Prefix(string[] missing, string[] extra)
    {
        if (missing.Length == 0 || missing.Length != extra.Length || !extra[0].EndsWith(missing[0], StringComparison.Ordinal))
            return null;
        string prefix = extra[0][..^missing[0].Length];
        return extra.SequenceEqual(missing.Select(name => prefix + name), StringComparer.Ordinal) ? prefix : null;
    }

    private static string Advice(string[] missing, string[] extra) => Prefix(missing, extra) is { } prefix
        ? $"Every name in the file begins with `{prefix}`: remove that prefix when saving, or strip it while importing."
        : "Pass weights of this model, or the model these weights belong to.";
}
