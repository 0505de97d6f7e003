namespace Tessar.Examples.Importers;

/// <summary>What options say about a source's columns.</summary>
internal static class ImportWishes
{
    /// <summary>True for a column that is wanted: all are unless <see cref="ImportOptions.Columns"/> names some.</summary>
    public static bool Wants(this ImportOptions options, string column) => options.Columns is null || options.AsksFor(column);

    /// <summary>True for a column that was named.</summary>
    public static bool AsksFor(this ImportOptions options, string column) =>
        options.Columns?.Contains(column, StringComparer.Ordinal) == true || options.Image == column || options.Label == column
        || options.Label?.StartsWith(column + ".", StringComparison.Ordinal) == true;
}
