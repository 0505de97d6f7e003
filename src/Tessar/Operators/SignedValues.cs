using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>What the signs of eigenvalues tell.</summary>
internal static class SignedValues
{
    /// <summary>Whether every value is at least zero; false for values that are no numbers.</summary>
    /// <param name="values">Any shape.</param>
    public static bool NoneIsNegative(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.ge(0).all().item<bool>();
    }
}
