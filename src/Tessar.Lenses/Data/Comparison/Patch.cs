using System.Globalization;
using Tessar.Examples;
using Tessar.Inputs;
using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>A rectangle of one grey value put over a picture: the transform of a counterfactual check.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Value">What its pixels become, 0 to 255, in every channel.</param>
internal sealed record Patch(int Width, int Height, int X, int Y, int Value)
{
    /// <summary>Reads <c>4x4@0,0=255</c>: width, height, left column, top row, value.</summary>
    /// <exception cref="TessarException">It isn't of that form, or not within the pictures.</exception>
    public static Patch Parse(string text, ImageShape image)
    {
        int[] numbers = [.. text.Split('x', '@', ',', '=').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        Patch? patch = numbers is [> 0, > 0, >= 0, >= 0, >= 0 and <= 255]
            ? new Patch(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
            : null;
        // Written back it is the same text, or the separators were others.
        if (patch?.ToString() != text || (long)patch.Width + patch.X > image.Width || (long)patch.Height + patch.Y > image.Height)
        {
            throw new TessarException(
                $"The patch `{text}` isn't one for pictures of {image}. Write width x height @ left column , top row = grey "
                    + $"value, all within the picture, "
                + "for example 4x4@0,0=255.", ErrorKind.Usage);
        }

        return patch;
    }

    /// <summary>The same rectangle elsewhere.</summary>
    public Patch MovedAtRandom(ImageShape image, RandomStream stream) =>
        this with { X = stream.NextInt32(image.Width - Width + 1), Y = stream.NextInt32(image.Height - Height + 1) };

    /// <summary>Puts it over normalised pictures.</summary>
    /// <param name="inputs">[B, channels, height, width]; changed.</param>
    /// <param name="row">Which of them.</param>
    /// <param name="input">What they are.</param>
    /// <exception cref="TessarException">They are no pictures.</exception>
    public void PutOver(Tensor inputs, int row, ModelInput input)
    {
        InputNormalization normalization = input is ImageInput image ? image.Normalization : throw new TessarException(
            $"A patch is put over pictures, but the model takes {input.Noun}. Leave the patch out.", ErrorKind.Usage);
        for (int channel = 0; channel < inputs.shape[1]; channel++)
        {
            using Tensor region = inputs[row, channel].narrow(0, Y, Height).narrow(1, X, Width);
            region.fill_((Value / 255f - normalization.Mean[channel]) / normalization.Std[channel]);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}@{X},{Y}={Value}");
}
