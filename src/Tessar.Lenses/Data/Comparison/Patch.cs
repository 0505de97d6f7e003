using System.Globalization;
using System.Text.RegularExpressions;
using Tessar.Examples;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>A rectangle of one grey value put over a picture: the transform of a counterfactual check.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Value">What its pixels become, 0 to 255, in every channel.</param>
internal sealed partial record Patch(int Width, int Height, int X, int Y, int Value)
{
    /// <summary>Reads <c>4x4@0,0=255</c>: width, height, left column, top row, value.</summary>
    /// <exception cref="TessarException">It isn't of that form, or not within the pictures.</exception>
    public static Patch Parse(string text, ImageShape image)
    {
        Match match = Form().Match(text);
        int[] numbers = match.Success
            ? [.. match.Groups.Values.Skip(1).Select(group => int.Parse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture))]
            : [];
        if (numbers is not [> 0, > 0, _, _, <= 255] || numbers[0] + numbers[2] > image.Width || numbers[1] + numbers[3] > image.Height)
        {
            throw new TessarException(
                $"The patch `{text}` isn't one for pictures of {image}. Write width x height @ left column , top row = grey value, all within the picture, "
                + "for example 4x4@0,0=255.", ErrorKind.Usage);
        }

        return new Patch(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    /// <summary>The same rectangle elsewhere.</summary>
    public Patch MovedAtRandom(ImageShape image, RandomStream stream) =>
        this with { X = stream.NextInt32(image.Width - Width + 1), Y = stream.NextInt32(image.Height - Height + 1) };

    /// <summary>Puts it over normalised pictures.</summary>
    /// <param name="inputs">[B, channels, height, width]; changed.</param>
    /// <param name="row">Which of them.</param>
    /// <param name="input">Their normalisation.</param>
    public void PutOver(Tensor inputs, int row, InputNormalization input)
    {
        for (int channel = 0; channel < inputs.shape[1]; channel++)
        {
            using Tensor region = inputs[row, channel].narrow(0, Y, Height).narrow(1, X, Width);
            region.fill_((Value / 255f - input.Mean[channel]) / input.Std[channel]);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}@{X},{Y}={Value}");

    [GeneratedRegex("^([0-9]{1,5})x([0-9]{1,5})@([0-9]{1,5}),([0-9]{1,5})=([0-9]{1,3})$")]
    private static partial Regex Form();
}
