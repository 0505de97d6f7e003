using System.Runtime.InteropServices;
using Tessar.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tessar.Runs;

/// <summary>
/// Weights as people have them, made into exactly those of the model: prefixes taken off, half precision widened, ties filled in.
/// </summary>
/// <remarks>
/// Weights that fit as they are stay as they are, byte for byte. Otherwise a file is made that goes on disposal.
/// </remarks>
internal sealed class ForeignWeights : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly string _source;
    private readonly string? _folder;

    private ForeignWeights(string source, string path, string? folder) => (_source, Path, _folder) = (source, path, folder);

    /// <summary>The file that fits, if the weights can be made to.</summary>
    public string Path { get; }

    /// <summary>Does to the weights what was asked for and what changes no number.</summary>
    /// <param name="request">The weights, the prefixes, and who hears of it.</param>
    /// <param name="model">What they are for.</param>
    /// <exception cref="FileFormatException">They aren't safetensors.</exception>
    /// <exception cref="TessarException">A name doesn't begin with a prefix, or two become one.</exception>
    public static ForeignWeights Prepare(ImportRequest request, Module model)
    {
        using SafetensorsFile file = SafetensorsFile.Open(request.Weights);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> wanted = model.state_dict();
        List<string> remarks = [];
        Dictionary<string, TensorEntry> entries = Strip(file, request.StripPrefixes, remarks);
        FillTies(entries, wanted, remarks);
        string[] widened = [.. entries.Where(e => IsWidened(e.Value, wanted.GetValueOrDefault(e.Key))).Select(e => e.Key)];
        if (widened.Length > 0)
        {
            string types = string.Join(" and ", widened.Select(name => entries[name].Type).Distinct().Order());
            remarks.Add($"{widened.Length} tensors of the weights are {types} and were widened to F32, which changes no number.");
        }

        foreach (string remark in remarks)
            request.Remark?.Invoke(remark);
        if (remarks.Count == 0)
            return new ForeignWeights(request.Weights, request.Weights, folder: null);
        string folder = Directory.CreateTempSubdirectory("tessar-weights-").FullName;
        var made = new ForeignWeights(request.Weights, System.IO.Path.Combine(folder, "weights.safetensors"), folder);
        try
        {
            Write(made.Path, file, entries, widened.ToHashSet(StringComparer.Ordinal));
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Fills the model.</summary>
    /// <exception cref="NumericalException">A value isn't finite.</exception>
    /// <exception cref="TessarException">Names, shapes or types differ; the message names every difference.</exception>
    public void LoadInto(Module model)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path);
        StateDict.Load(model, file, _source);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_folder is not null && Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, TensorEntry> Strip(
        SafetensorsFile file, IReadOnlyList<string> prefixes, List<string> remarks)
    {
        var entries = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        List<string> without = [];
        foreach (TensorEntry entry in file.Entries)
        {
            string name = entry.Name;
            while (prefixes.FirstOrDefault(p => p.Length > 0 && name.StartsWith(p, StringComparison.Ordinal)) is { } prefix)
                name = name[prefix.Length..];
            if (prefixes.Count > 0 && name.Length == entry.Name.Length)
                without.Add(name);
            if (name.Length == 0 || !entries.TryAdd(name, entry))
            {
                throw new TessarException(
                    $"{file.Path}: without its prefix `{entry.Name}` is "
                        + $"{(name.Length == 0 ? "no name" : $"`{name}`, which is there already")}. "
                    + "Name another prefix.", ErrorKind.InputData);
            }
        }

        if (without.Count > 0)
        {
            throw new TessarException(
                $"{file.Path}: {without.Count} of {file.Entries.Count} names don't begin with {Quoted(prefixes)}: "
                    + $"{string.Join(", ", without.Take(5))}. "
                + "Name the prefix that every name has, or none.", ErrorKind.InputData);
        }

        if (prefixes.Count > 0)
            remarks.Add($"{Quoted(prefixes)} was taken off all {entries.Count} names of the weights.");
        return entries;
    }

    // PyTorch's writer of safetensors keeps one name of parameters that share memory.
    private static void FillTies(
        Dictionary<string, TensorEntry> entries, Dictionary<string, Tensor> wanted, List<string> remarks)
    {
        foreach (IGrouping<TensorStorage, string> tied in wanted.Where(pair => pair.Value.numel() > 0)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).GroupBy(pair => TensorStorage.Of(pair.Value), pair => pair.Key))
        {
            string[] names = [.. tied];
            if (Array.Find(names, entries.ContainsKey) is not { } there)
                continue;
            foreach (string missing in names.Where(name => !entries.ContainsKey(name)))
            {
                entries.Add(missing, entries[there]);
                remarks.Add($"`{missing}` isn't among the weights; it is tied to `{there}` in the model and taken from there.");
            }
        }
    }

    private static bool IsWidened(TensorEntry entry, Tensor? wanted) =>
        entry.Type is ElementType.F16 or ElementType.BF16 && wanted?.dtype == ScalarType.Float32;

    private static void Write(string path, SafetensorsFile file, Dictionary<string, TensorEntry> entries, HashSet<string> widened)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = "pt";
        foreach ((string name, TensorEntry entry) in entries)
        {
            bool isWidened = widened.Contains(name);
            writer.Add(name, isWidened ? ElementType.F32 : entry.Type, [.. entry.Shape], stream =>
            {
                for (long done = 0; done < entry.Length; done += ChunkBytes)
                {
                    ReadOnlySpan<byte> bytes = file.Bytes(entry, done, (int)Math.Min(ChunkBytes, entry.Length - done));
                    stream.Write(isWidened ? Widen(entry.Type, bytes) : bytes);
                }
            });
        }

        writer.Save(path);
    }

    private static byte[] Widen(ElementType type, ReadOnlySpan<byte> halves)
    {
        byte[] singles = new byte[halves.Length * 2];
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(singles.AsSpan());
        if (type == ElementType.F16)
        {
            ReadOnlySpan<Half> values = MemoryMarshal.Cast<byte, Half>(halves);
            for (int i = 0; i < values.Length; i++)
                numbers[i] = (float)values[i];
            return singles;
        }

        // A bf16 is the upper half of a float.
        ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(halves);
        for (int i = 0; i < upper.Length; i++)
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
        return singles;
    }

    private static string Quoted(IReadOnlyList<string> prefixes) => string.Join(" or ", prefixes.Select(p => $"`{p}`"));
}
