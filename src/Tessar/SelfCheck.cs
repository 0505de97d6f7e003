namespace Tessar;

/// <summary>A number by which a method's result can be judged.</summary>
/// <param name="Name">Kebab case, for example <c>cg-residual</c>.</param>
/// <param name="Value">The number; finite.</param>
/// <param name="Limit">The largest value with which the result is as good as intended; null when there is no such line.</param>
/// <param name="Meaning">What it measures, one sentence.</param>
public sealed record SelfCheck(string Name, double Value, double? Limit, string Meaning)
{
    /// <summary>Whether the value keeps its limit; true without a limit.</summary>
    public bool Holds => Limit is not { } limit || Value <= limit;
}
