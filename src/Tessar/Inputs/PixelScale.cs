
namespace Tessar.Inputs;

/// <summary>The numbers that turn the bytes of an image into what a model sees: y = fma(x, a, b), rounded once.</summary>
/// <remarks>
/// a = 1 / (255 σ) and b = −μ / σ, computed in float64 and rounded to float32, one pair per channel. For means and deviations
/// of natural images y lies within 5e-7 of the value computed in float64; a bound in units of the last place can't be had, for
/// near x = 255 μ the sum cancels. The same numbers on every processor: where it lacks the instruction the runtime computes the
/// same fused operation in software.
/// </remarks>
internal sealed class PixelScale
{
    /// <summary>Widest vector of float32 that a kernel uses.</summary>
    public const int Lanes = 16;

    private readonly float[] _factors;
    private readonly float[] _summands;

    public PixelScale(InputNormalization input)
    {
        Channels = input.Mean.Count;
        // Long enough to load a vector from any phase of the pattern.
        _factors = new float[Channels * (Lanes + 1)];
        _summands = new float[_factors.Length];
        for (int i = 0; i < _factors.Length; i++)
        {
            double mean = input.Mean[i % Channels], std = input.Std[i % Channels];
            _factors[i] = (float)(1 / (255 * std));
            _summands[i] = (float)(-mean / std);
        }
    }

    /// <summary>Numbers in a pixel.</summary>
    public int Channels { get; }

    /// <summary>a of channel i mod <see cref="Channels"/>, over and over.</summary>
    public ReadOnlySpan<float> Factors => _factors;

    /// <summary>b of channel i mod <see cref="Channels"/>, over and over.</summary>
    public ReadOnlySpan<float> Summands => _summands;

    /// <summary>What one byte becomes.</summary>
    public float Convert(byte value, int channel) => MathF.FusedMultiplyAdd(value, _factors[channel], _summands[channel]);
}
