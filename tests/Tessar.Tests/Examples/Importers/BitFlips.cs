using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers;

/// <summary>Flips bits of a source file one by one.</summary>
internal static class BitFlips
{
    /// <summary>Each flip ends in the named error or in a store of the same rows; nothing is silently wrong.</summary>
    /// <param name="folder">Where to work.</param>
    /// <param name="source">The source.</param>
    /// <param name="file">The file of it whose bits are flipped.</param>
    /// <param name="options">Options of the import.</param>
    /// <param name="bits">Tells the bits to flip; null for all.</param>
    /// <returns>How many flips were refused.</returns>
    public static int SurvivesFlips(
        this TemporaryFolder folder, string source, string file, ImportOptions options, Func<long, bool>? bits = null)
    {
        byte[] whole = File.ReadAllBytes(file);
        string[] right = Contents(folder, source, options);
        int refused = 0;
        for (long bit = 0; bit < 8L * whole.Length; bit++)
        {
            if (bits?.Invoke(bit) == false)
                continue;
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            File.WriteAllBytes(file, changed);
            try
            {
                string[] found = Contents(folder, source, options);
                Assert.True(
                    right.SequenceEqual(found, StringComparer.Ordinal),
                    $"Bit {bit % 8} of byte {bit / 8} changed the store without a word.");
            }
            catch (TessarException e) when (e.Kind is ErrorKind.InputData or ErrorKind.Usage)
            {
                Imports.CheckWords(e);
                refused++;
            }
        }

        File.WriteAllBytes(file, whole);
        return refused;
    }

    private static string[] Contents(TemporaryFolder folder, string source, ImportOptions options)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder.File("flipped")).FullName, "a.tess");
        Importer.Import(source, path, options with { PageSize = 65536 }, cancellation: TestContext.Current.CancellationToken);
        using var store = ExampleStore.Open(path);
        var lines = new List<string> { string.Join(',', store.ClassNames), string.Join(',', store.Splits) };
        foreach (StoreColumn column in store.Manifest.Columns)
        {
            lines.Add($"{column.Name} {column.Kind} {column.Type} {string.Join('x', column.Shape)}");
            lines.AddRange(Enumerable.Range(0, (int)store.Count).Select(row => Convert.ToHexString(store.Value(column, row))));
        }

        return [.. lines];
    }
}
