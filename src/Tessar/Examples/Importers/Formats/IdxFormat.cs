using System.Globalization;
using System.Text.RegularExpressions;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;
using Tessar.Examples.Storage;

namespace Tessar.Examples.Importers.Formats;

/// <summary>
/// IDX, the format of MNIST and Fashion-MNIST: one file of images and one of labels for each split, gzipped or not.
/// </summary>
/// <remarks>Format: http://yann.lecun.com/exdb/mnist, "the IDX file format". All six types of numbers are read.</remarks>
[SourceFormat(
    IdxFormat.FormatName, "folder of train-images-idx3-ubyte and its companions, gzipped or not; or one IDX file", Rank = 10)]
internal sealed partial class IdxFormat : SourceFormat
{
    /// <summary>Its name.</summary>
    public const string FormatName = "idx";

    private static readonly (string Split, string Prefix)[] _splits = [("train", "train"), ("test", "t10k")];

    /// <inheritdoc/>
    public override bool RecognizesFolder(string path) =>
        _splits.Any(split =>
            Find(path, $"{split.Prefix}-images") is not null || Find(path, $"{split.Prefix}-labels") is not null);

    /// <inheritdoc/>
    public override bool RecognizesContent(FileStart start) => IdxFile.IsMark(start);

    /// <inheritdoc/>
    public override bool RecognizesName(string name) => NamePattern().IsMatch(name);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenPart(SourcePart part, OpeningContext opening)
    {
        if (!Directory.Exists(part.Path))
        {
            ArraySource array = OpenArray(part.Path, "data", dimensions: 0);
            return [new ArrayTable(part.Split, [array], token => [Describe(array, token)])];
        }

        IReadOnlyList<(string Split, string Images, string Labels)> pairs = FindPairs(part.Path);
        if (pairs.Count == 0)
        {
            throw new TessarException(
                $"`{Path.GetFullPath(part.Path)}` holds no IDX files. "
                + "Expected train-images-idx3-ubyte and train-labels-idx1-ubyte (or t10k-…), with or without .gz. Check "
                + "the folder.",
                ErrorKind.InputData);
        }

        var tables = new List<(ArraySource Images, ArraySource Labels, string Split)>();
        foreach ((string split, string imagePath, string labelPath) in pairs)
        {
            ArraySource labels = OpenArray(labelPath, StoreRules.Label, Digit(labelPath)), images = OpenArray(
                imagePath, StoreRules.Image, Digit(imagePath));
            CheckPair(images, labels, tables.Count == 0 ? images : tables[0].Images);
            tables.Add((images, labels, split));
        }

        string[] read = [.. pairs.SelectMany(pair => (string[])[pair.Images, pair.Labels]).Select(Unzipped)];
        FilesOf(part.Path, name => read.Contains(Unzipped(name), StringComparer.Ordinal), opening.LeftOut);
        ArraySource[] labelFiles = [.. tables.Select(table => table.Labels)];
        return
        [
            .. tables.Select(table => new ArrayTable(
                table.Split, [table.Images, table.Labels],
                token => [Describe(table.Images, token), Describe(table.Labels, token)])
            {
                NameClasses = largest => ClassesOf(labelFiles, largest, opening.Cancellation),
            }),
        ];
    }

    /// <summary>The splits of which a folder holds both files; a file without its partner is an error.</summary>
    /// <exception cref="TessarException">The folder is missing, or a file is without its partner.</exception>
    internal static IReadOnlyList<(string Split, string Images, string Labels)> FindPairs(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new TessarException(
                $"The folder `{Path.GetFullPath(folder)}` doesn't exist. Check the path.", ErrorKind.InputData);
        }

        var pairs = new List<(string, string, string)>();
        foreach ((string split, string prefix) in _splits)
        {
            string? images = Find(folder, $"{prefix}-images"), labels = Find(folder, $"{prefix}-labels");
            if (images is not null && labels is not null)
            {
                pairs.Add((split, images, labels));
            }
            else if ((images ?? labels) is { } lonely)
            {
                string missing = images is null ? $"{prefix}-images-idx3-ubyte" : $"{prefix}-labels-idx1-ubyte";
                throw new TessarException(
                    $"`{lonely}` is there without `{missing}` (with or without .gz) beside it. Add the missing file.",
                    ErrorKind.InputData);
            }
        }

        return pairs;
    }

    /// <summary>
    /// A file of that name followed by <c>-idx3-ubyte</c> or the like, gzipped or not; of several the first in ordinal order.
    /// </summary>
    private static string? Find(string folder, string name) =>
        Directory.EnumerateFiles(folder, $"{name}?idx*").Where(file => NamePattern().IsMatch(Path.GetFileName(file)))
            .Order(StringComparer.Ordinal)
            .Select(Path.GetFullPath).FirstOrDefault();

    /// <summary>The file's name without <c>.gz</c>: a file and its gzipped twin hold the same.</summary>
    private static string Unzipped(string path) =>
        Path.GetFileName(path) is var name && name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;

    /// <summary>The number of dimensions that a file's name gives it; 0 without.</summary>
    private static int Digit(string path) =>
        NamePattern().Match(Path.GetFileName(path)).Groups["digit"] is { Length: > 0 } digit ? digit.Value[0] - '0' : 0;

    /// <summary><c>train-images-idx3-ubyte</c>, <c>t10k-labels.idx1-ubyte.gz</c>, <c>z.idx</c>.</summary>
    [GeneratedRegex(
        @"[-.]idx(?<digit>\d)?(-[a-z0-9]+)?(\.gz)?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();

    private static ArraySource OpenArray(string path, string name, int dimensions)
    {
        using var idx = IdxFile.Open(path, dimensions);
        return new ArraySource(
            path, name, idx.Type, IsBigEndian: true, [.. idx.Shape.Select(size => (long)size)], idx.DataOffset,
            () => IdxFile.OpenData(path))
        {
            IsImages = idx.Type == NumberType.U8 && idx.Shape.Length == 3,
        };
    }

    private static void CheckPair(ArraySource images, ArraySource labels, ArraySource first)
    {
        if (images.Count != labels.Count)
            throw Refuse(images, 4, $"{labels.Count} images, as many as labels in {labels.Path}", $"{images.Count}");
        if (!images.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1)))
            throw Refuse(images, 8, $"images of {Size(first)} as in {first.Path}", Size(images));

        static string Size(ArraySource array) => string.Join(" × ", array.Shape.Skip(1));

        static FileFormatException Refuse(ArraySource array, long offset, string expected, string found) =>
            new(array.Path, offset, expected, found, "Download the file again.");
    }

    /// <summary>Name, length and digest of the content; reads all of it and checks that it ends where it should.</summary>
    private static StoreSource Describe(ArraySource array, CancellationToken cancellation)
    {
        using var file = IdxFile.Open(array.Path);
        byte[] buffer = new byte[1 << 18];
        for (long left = array.Count * array.RowBytes; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            int bytes = (int)Math.Min(buffer.Length, left);
            file.Read(buffer.AsSpan(0, bytes));
            left -= bytes;
        }

        return file.Finish();
    }

    private static IReadOnlyList<string> ClassesOf(ArraySource[] labels, int largest, CancellationToken cancellation) =>
        labels.All(file => FashionMnist.IsLabelFile(Describe(file, cancellation)))
            ? FashionMnist.Classes
            : [.. Enumerable.Range(0, Math.Max(9, largest) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
}
