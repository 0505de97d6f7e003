using System.Globalization;
using Tessar.Examples;

namespace Tessar.Training.Loading.Pipeline;

/// <summary>What a loader says of an example that it couldn't read.</summary>
internal static class LoadingError
{
    /// <summary>Names the example, its row and id, the columns and the file.</summary>
    public static TessarException Of(ExampleSet set, int index, Exception error)
    {
        long row = set.Row(index);
        string place = string.Create(
            CultureInfo.InvariantCulture,
            $"Example {index} of {set} (row {row}, id {set.Store.IdOf(row)}, columns `image` and `label` of {set.Store.Path}) "
                + $"can't be loaded: ");
        return new TessarException(
            place + error.Message, error is TessarException known ? known.Kind : ErrorKind.Internal, error);
    }
}
