using System.Globalization;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Refuses shares that leave nothing to compare.</summary>
internal static class SubsetFraction
{
    /// <summary>Checks that a share lies strictly between 0 and 1.</summary>
    public static void Check(string method, double fraction)
    {
        if (fraction is not (> 0 and < 1))
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"{method}: fraction is {fraction}; it has to lie strictly between 0 and 1, or no two subsets differ."),
                ErrorKind.Usage);
        }
    }
}
