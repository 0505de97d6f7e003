using Tessar.Methods;

namespace Tessar;

/// <summary>How far a method has come.</summary>
/// <param name="Stage">What it is doing now, for example <c>features</c>.</param>
/// <param name="Done">Units done in this stage.</param>
/// <param name="Total">Units of this stage.</param>
/// <param name="Unit">What is counted, for example <c>examples</c>.</param>
public sealed record MethodProgress(string Stage, long Done, long Total, string Unit)
{
    /// <summary>What else to know, a few words, such as how many trainings failed; null for nothing.</summary>
    public string? Note { get; init; }
}
