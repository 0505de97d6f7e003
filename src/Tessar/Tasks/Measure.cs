namespace Tessar.Tasks;

/// <summary>A number that says how good the answers to some examples are.</summary>
/// <param name="Name">Lower-case words joined by hyphens: <c>loss</c>, <c>accuracy</c>; part of the names of columns.</param>
/// <param name="Unit">What it counts in, such as <c>nats</c>; empty for a share or a pure number.</param>
/// <param name="IsHigherBetter">Whether a larger number is the better one.</param>
internal sealed record Measure(string Name, string Unit, bool IsHigherBetter)
{
    /// <summary>Name of the measure that every task has, and that a training lowers.</summary>
    public const string Loss = "loss";

    /// <summary>Name of the share of examples that are answered as their target says.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Whether it is one that records have no field of its own for.</summary>
    public bool IsOther => Name is not (Loss or Accuracy);
}
