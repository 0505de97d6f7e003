using System.Globalization;

namespace Tessar;

/// <summary>
/// Reads numbers that a person typed: what no number of the type comes near is refused instead of becoming 0 or infinity.
/// </summary>
internal static class NumberText
{
    /// <summary>Reads a finite number with a point for the decimals, such as 0.3 or 1e-4.</summary>
    /// <returns>
    /// False for other text, for numbers beyond the largest, and for those so small that only 0 is left of them: <c>1e-400</c>.
    /// </returns>
    public static bool TryDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)
            && (value != 0 || IsZero(text));

    /// <summary>The same for single precision, whose range is smaller.</summary>
    public static bool TrySingle(string text, out float value)
    {
        bool isNumber = TryDouble(text, out double wide);
        value = (float)wide;
        return isNumber && float.IsFinite(value) && (value != 0 || wide == 0);
    }

    // The digits before the exponent decide.
    private static bool IsZero(string text) =>
        !text.AsSpan(0, text.IndexOfAny(['e', 'E']) is >= 0 and var at ? at : text.Length).ContainsAnyInRange('1', '9');
}
