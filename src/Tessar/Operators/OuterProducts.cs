using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>r rᵀ of each example's output gradient.</summary>
internal static class OuterProducts
{
    /// <summary>r_n ⟨r_n, u_n⟩ for each row n, the product over all axes behind the first.</summary>
    /// <param name="r">[B, ...].</param>
    /// <param name="u">[B, ...].</param>
    /// <returns>[B, ...], in the current dispose scope.</returns>
    public static Tensor Apply(Tensor r, Tensor u)
    {
        Tensor rows = r.flatten(1);
        return (rows * (rows * u.flatten(1)).sum(1, keepdim: true)).reshape(r.shape);
    }
}
