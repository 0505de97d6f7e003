using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>The binary version of CIFAR-10 and CIFAR-100: rows of labels and three planes of 32 × 32 bytes.</summary>
/// <remarks>Format: https://www.cs.toronto.edu/~kriz/cifar.html. CIFAR-100 has a coarse label before the fine one.</remarks>
[SourceFormat(
    "cifar", "folder of data_batch_1.bin … test_batch.bin (CIFAR-10), or of train.bin and test.bin (CIFAR-100)", Rank = 20)]
internal sealed class CifarFormat : SourceFormat
{
    private const int LongestNames = 1 << 20;
    private static readonly string[] _ten = [
        "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"
    ];
    private static readonly string[] _hundred = ["train.bin", "test.bin"];
    private static readonly string[] _names = ["batches.meta.txt", "fine_label_names.txt", "coarse_label_names.txt"];

    /// <inheritdoc/>
    public override bool RecognizesFolder(string path) =>
        _ten.Concat(_hundred).Any(name => File.Exists(Path.Combine(path, name)));

    /// <inheritdoc/>
    public override bool RecognizesName(string name) => _ten.Concat(_hundred).Contains(name, StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening)
    {
        bool isFile = !Directory.Exists(part.Path);
        string folder = isFile ? Path.GetDirectoryName(part.Path)! : part.Path;
        string[] files = isFile ? [part.Path] : [.. _ten.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        bool isHundred = isFile ? !Path.GetFileName(part.Path).Contains("batch", StringComparison.Ordinal) : files.Length == 0;
        if (files.Length == 0)
            files = [.. _hundred.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        if (files.Length == 0)
        {
            throw new TessarException(
                $"`{folder}` holds no CIFAR files. Expected {_ten[0]} … {_ten[^1]}, or {string.Join(" and ", _hundred)}. Check "
                    + $"the folder.",
                ErrorKind.InputData);
        }

        if (!isFile)
        {
            string[] read = [.. files.Select(file => Path.GetFileName(file)), .. _names];
            FilesOf(folder, name => read.Contains(name, StringComparer.Ordinal), opening.LeftOut);
        }

        IReadOnlyList<string>? classes = NamesIn(
            Path.Combine(folder, isHundred ? "fine_label_names.txt" : "batches.meta.txt"), isHundred ? 100 : 10);
        return [.. files.Select(file => new CifarTable(part.Split ?? SplitNames.OfFile(file), file, isHundred, classes))];
    }

    /// <summary>One name a line; null without the file.</summary>
    private static string[]? NamesIn(string path, int count)
    {
        if (!File.Exists(path))
            return null;
        if (new FileInfo(path).Length > LongestNames)
            throw SourceFile.Refuse(path, null, $"{count} names of classes, one a line", $"{new FileInfo(path).Length} bytes");
        using var lines = new StreamReader(SourceFile.Open(path));
        string[] names = [.. lines.ReadToEnd().Split('\n').Take(1000).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length == count
            ? names
            : throw SourceFile.Refuse(path, null, $"{count} names of classes, one a line", $"{names.Length}");
    }
}
