namespace Tessar.Methods;

/// <summary>
/// The word by which an option is left open, in place of <c>none</c>: for options whose value is then chosen, not absent.
/// </summary>
/// <param name="word">Such as <c>auto</c>.</param>
/// <example><code>
/// Console.WriteLine(new MyOptions().Checked().Damping is null);      // prints True
///
/// public sealed record MyOptions
/// {
///     [LeftOpen("auto")]
///     public double? Damping { get; init; }       // typed --set damping=auto
/// }
/// </code></example>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LeftOpenAttribute(string word) : Attribute
{
    /// <summary>How it is typed and written.</summary>
    public string Word => word;
}
