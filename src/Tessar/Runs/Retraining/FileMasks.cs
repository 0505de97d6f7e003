using Tessar.Tensors;

namespace Tessar.Runs.Retraining;

/// <summary>Masks of a safetensors file, read row by row.</summary>
internal sealed class FileMasks : ExampleMasks
{
    public const string Tensor = "masks";
    private readonly string _path;

    private FileMasks(string path, int count, int examples)
        : base(count, examples) => _path = path;

    public override string Rule => _path;

    /// <inheritdoc cref="ExampleMasks.Load"/>
    public static FileMasks Open(string path, int examples)
    {
        string full = Path.GetFullPath(path);
        using SafetensorsFile file = SafetensorsFile.Open(full);
        TensorEntry entry = Entry(file);
        if (entry.Shape[1] != examples || entry.Shape[0] is < 1 or > int.MaxValue)
            throw Refuse(full, $"masks for {examples} training examples", $"masks of shape [{string.Join(", ", entry.Shape)}]");
        return new FileMasks(full, (int)entry.Shape[0], examples);
    }

    /// <summary>Makes sure that the file holds as many masks as asked for.</summary>
    /// <param name="count">That number, or 0 for any.</param>
    public FileMasks CheckCount(int count) =>
        count is 0 || count == Count ? this : throw Refuse(_path, $"{count} masks, as asked for", $"{Count}");

    private protected override void FillChecked(int mask, Span<byte> included)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        TensorEntry entry = Entry(file);
        if (entry.Shape[0] != Count || entry.Shape[1] != Examples)
            throw Refuse(
                _path, $"masks of shape [{Count}, {Examples}], as when it was opened", $"[{string.Join(", ", entry.Shape)}]");
        ReadOnlySpan<byte> row = file.Bytes(entry, (long)mask * Examples, Examples);
        if (row.ContainsAnyExcept((byte)0, (byte)1) is true)
            throw Refuse(_path, "only 0 and 1 in `masks`", $"another byte in mask {mask}");
        row.CopyTo(included);
    }

    private static TensorEntry Entry(SafetensorsFile file) =>
        file.TryGet(Tensor, out TensorEntry? entry) && entry.Type is ElementType.U8 or ElementType.Bool && entry.Shape.Count == 2
            ? entry
            : throw Refuse(
                file.Path, $"a tensor `{Tensor}`, U8 or BOOL [masks, examples]",
                string.Join(", ", file.Entries.Select(e => e.Name).Take(5)));

    private static FileFormatException Refuse(string path, string expected, string found) => new(
        path, null, expected, found,
        "Write the masks as safetensors.numpy.save_file({\"masks\": array of uint8}, FILE), one row per training.");
}
