using System.Globalization;
using Tessar.Examples;
using Tessar.Runs.Retraining;
using Tessar.Training;

namespace Tessar.Cli.Commands;

/// <summary>Reads `--mask FILE:ROW`.</summary>
internal static class MaskOption
{
    /// <summary>The examples of the training range that the row selects, in ascending order.</summary>
    public static IReadOnlyList<int> Read(string text, TrainingRequest request)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int row))
        {
            throw new TessarException(
                $"`--mask` is `{text}`; required is a safetensors file and the number of a row of its tensor `masks`: --mask "
                    + $"masks.safetensors:12.",
                ErrorKind.Usage);
        }
        using ExampleStore store = DataCatalog.Open(request.Data);
        var masks = ExampleMasks.Load(text[..colon], ExampleSet.Parse(store, request.Train).Count);
        if (row >= masks.Count)
            throw new TessarException(
                $"`--mask` asks for row {row} of {text[..colon]}, which has rows 0 to {masks.Count - 1}.", ErrorKind.Usage);
        return masks.Indices(row);
    }
}
