using Tessar.Examples;
using Tessar.Runs.Retraining;
using Tessar.Tensors;

namespace Tessar.Runs;

/// <summary>Writes and reads the mask of a run.</summary>
internal static class MaskFile
{
    public const string Name = "mask.safetensors";

    /// <summary>Describes a selection from a range.</summary>
    public static MaskReference Describe(ReadOnlySpan<int> chosen, int examples) =>
        new(Name, chosen.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Row(chosen, examples))));

    /// <summary>Writes a selection from a range.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Save(string directory, ReadOnlySpan<int> chosen, int examples)
    {
        var writer = new SafetensorsWriter();
        writer.Add(FileMasks.Tensor, Row(chosen, examples), 1, examples);
        writer.Save(Path.Combine(directory, Name));
    }

    /// <summary>Takes the examples that a recorded mask selects.</summary>
    /// <exception cref="FileFormatException">The file is damaged, or isn't the mask that was recorded.</exception>
    public static ExampleSet Apply(string directory, MaskReference mask, ExampleSet range)
    {
        string path = Path.Combine(directory, mask.File);
        int[] chosen = ExampleMasks.Load(path, range.Count).Indices(0);
        MaskReference found = Describe(chosen, range.Count);
        return found.Sha256 == mask.Sha256 ? range.Select(chosen) : throw new FileFormatException(
            path, null, $"the mask {mask.Sha256}, as recorded in run.json", found.Sha256,
            "Restore the file from a copy, or train again under another name.");
    }

    private static byte[] Row(ReadOnlySpan<int> chosen, int examples)
    {
        byte[] row = new byte[examples];
        foreach (int index in chosen)
            row[index] = 1;
        return row;
    }
}
