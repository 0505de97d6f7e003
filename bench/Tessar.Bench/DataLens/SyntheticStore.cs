using System.Globalization;
using Tessar.Lenses.Data.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Bench.DataLens;

/// <summary>A gradient store of random numbers.</summary>
internal static class SyntheticStore
{
    private const int Batch = 4096;

    public static GradientStoreOrigin Origin(int width) =>
        new("synthetic", "synthetic", "train", "synthetic", "margin", width, "none", 0, "f16", Batch, "throw");

    /// <summary>Writes n rows of normal numbers, each row with a length of its own.</summary>
    /// <exception cref="TessarException">The disk has no room for it.</exception>
    public static void Write(string folder, int rows, int width)
    {
        long needed = (long)rows * width * 2, free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < needed + (needed / 10))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{folder} has {free:N0} bytes free; the store needs {needed:N0}. Set TMPDIR to a folder on a larger disk."),
                ErrorKind.Environment);
        }

        var header = new GradientStoreHeader
        {
            Origin = Origin(width), Rows = rows, ScaleExponent = 0, Sketch = ["none"], Parameters = ["synthetic"],
            ParameterCount = width, Skipped = [],
        };
        using var writer = new GradientStoreWriter(folder, header);
        random.manual_seed(1);
        for (int first = 0; first < rows; first += Batch)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Batch, rows - first);
            Tensor lengths = rand(count, 1) * 0.02 + 0.001;
            writer.Write(first, randn(count, width) * lengths, rand(count));
        }

        writer.Finish();
    }

    /// <summary>m preconditioned targets.</summary>
    public static double[] Queries(int count, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(2);
        return randn(count, width, dtype: ScalarType.Float64).data<double>().ToArray();
    }
}
