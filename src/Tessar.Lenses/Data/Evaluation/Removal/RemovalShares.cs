using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>Shares of the training examples to remove, one after the other.</summary>
internal static class RemovalShares
{
    /// <summary>Makes sure that shares lie strictly between 0 and 1, ascending and each once.</summary>
    /// <exception cref="TessarException">They don't.</exception>
    public static IReadOnlyList<double> Check(IReadOnlyList<double> shares)
    {
        bool isAscending = shares.Zip(shares.Skip(1)).All(pair => pair.First < pair.Second);
        return shares.Count > 0 && isAscending && shares.All(share => share is > 0 and < 1) ? shares : throw new TessarException(
            $"shares is `{MethodOption.Write(shares)}`; required are shares above 0 and below 1, ascending, such as 0.01,0.05.",
            ErrorKind.Usage);
    }
}
