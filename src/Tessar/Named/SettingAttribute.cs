using System.Globalization;

namespace Tessar.Named;

/// <summary>Declares one number that a named choice takes; its value arrives by name.</summary>
/// <param name="name">Its name in <c>run.json</c> and on the command line, such as <c>weightDecay</c>.</param>
/// <param name="fallback">Its value when none is given.</param>
/// <param name="summary">What it means, for the help.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class SettingAttribute(string name, double fallback, string summary) : Attribute
{
    public string Name { get; } = name;

    public double Fallback { get; } = fallback;

    public string Summary { get; } = summary;

    /// <summary>Smallest allowed value.</summary>
    public double Min { get; init; }

    /// <summary>Every allowed value is above this.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Every allowed value is below this.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Largest allowed value, for a range that includes its end.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Whether only whole numbers are allowed.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The allowed values in interval notation.</summary>
    public string Range =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Above >= Min ? $"({Above}" : $"[{Min}")}, {(double.IsInfinity(Below) ? End : $"{Below})")}");

    private string End => double.IsInfinity(Most) ? "∞)" : string.Create(CultureInfo.InvariantCulture, $"{Most}]");

    public bool Allows(double value) =>
        value >= Min && value > Above && value < Below && value <= Most && (!IsWhole || value == Math.Floor(value));

    /// <summary>What is wrong with a value, as a sentence; null when nothing is.</summary>
    /// <param name="owner">Whose number it is, for the sentence.</param>
    /// <param name="value">The value.</param>
    public string? Objection(string owner, double value) =>
        Allows(value)
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"`{Name}` of {owner} is {value}; it has to lie in {Range}{(IsWhole ? " and be whole" : string.Empty)}.");
}
