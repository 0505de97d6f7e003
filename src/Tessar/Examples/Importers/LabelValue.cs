using System.Globalization;

namespace Tessar.Examples.Importers;

/// <summary>What a row says about its class: a number, or a name; or why it says nothing.</summary>
/// <param name="Name">The class's name; null for a number.</param>
/// <param name="Number">The class's number.</param>
/// <param name="Fault">What stands there instead of a class; null when there is one.</param>
internal readonly record struct LabelValue(string? Name, double Number, string? Fault = null)
{
    /// <summary>How an error shows it.</summary>
    public override string ToString() => Fault ?? (Name is null ? Number.ToString(CultureInfo.InvariantCulture) : $"`{Name}`");
}
