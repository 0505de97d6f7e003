using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Shares of the training examples to remove, one after the other.</summary>
internal sealed class SharesAttribute : OptionRuleAttribute
{
    /// <inheritdoc/>
    public override string Allowed => "shares above 0 and below 1, ascending and separated by commas, such as 0.01,0.05";

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        value is IReadOnlyList<double> { Count: > 0 } shares && shares.All(share => share is > 0 and < 1)
            && shares.Zip(shares.Skip(1)).All(pair => pair.First < pair.Second);
}
