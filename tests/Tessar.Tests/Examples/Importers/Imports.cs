using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Tessar.Examples;

namespace Tessar.Tests.Examples.Importers;

/// <summary>Imports of small sources, whole and damaged.</summary>
internal static class Imports
{
    private const ulong Seed = 20_261_122;
    private const long MostAllocated = 200L << 20;
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(20);

    public static ExampleStore Import(this TemporaryFolder folder, string source, ImportOptions? options = null)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder.File("out")).FullName, $"{Guid.NewGuid():N}.tess");
        Importer.Import(source, path, options, cancellation: TestContext.Current.CancellationToken);
        var store = ExampleStore.Open(path);
        store.VerifyAll();
        return store;
    }

    /// <summary>The error of an import, which must have left nothing behind.</summary>
    public static TException Refusal<TException>(this TemporaryFolder folder, string source, ImportOptions? options = null)
        where TException : Exception
    {
        string path = Directory.CreateDirectory(folder.File("refused")).FullName;
        TException error = Assert.ThrowsAny<TException>(() =>
            Importer.Import(source, Path.Combine(path, "a.tess"), options, cancellation: TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFileSystemEntries(path));
        CheckWords(error);
        return error;
    }

    /// <summary>No words of .NET or of other libraries reach the user.</summary>
    public static void CheckWords(Exception error)
    {
        if (error is not TessarException)
            return;
        foreach (string word in (string[])[
            "Exception", "Parameter '", "Arg_", "Object reference", "Specified argument", "Index was", "LineNumber", "Parquet.",
            "Apache."
        ])
            Assert.DoesNotContain(
                word,
                error.Message.Replace(
                    error is FileFormatException damaged ? damaged.Path : "\0", string.Empty, StringComparison.Ordinal),
                    StringComparison.Ordinal);
    }

    /// <summary>
    /// Damages a file of a source in many ways: each import works or ends with the named error, in little memory and time.
    /// </summary>
    public static void SurvivesMutations(
        this TemporaryFolder folder, string source, string file, string format, int times = 150, ImportOptions? options = null)
    {
        times = int.TryParse(
            Environment.GetEnvironmentVariable("TESSAR_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int wished) ? wished : times;
        byte[] whole = File.ReadAllBytes(file);
        string folderOut = Directory.CreateDirectory(folder.File("mutated")).FullName, path = Path.Combine(folderOut, "a.tess");
        options = (options ?? new ImportOptions()) with { Format = format, PageSize = 65536 };
        int refused = 0;
        Importer.Import(source, path, options, cancellation: TestContext.Current.CancellationToken);
        var random = new PCG(1, Seed);
        for (int i = 0; i < times; i++)
        {
            Mutation[] mutations = Mutation.Some.Generate(random, null, out _);
            File.Delete(path);
            File.WriteAllBytes(file, Mutation.Apply(whole, mutations));
            long before = GC.GetTotalAllocatedBytes(), start = Stopwatch.GetTimestamp();
            try
            {
                Importer.Import(source, path, options, cancellation: TestContext.Current.CancellationToken);
                using var store = ExampleStore.Open(path);
                store.VerifyAll();
            }
            catch (TessarException e) when (e is FileFormatException || e.Kind is ErrorKind.InputData or ErrorKind.Usage)
            {
                refused++;
                CheckWords(e);
                Assert.Empty(Directory.GetFileSystemEntries(folderOut));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i}: {string.Join<Mutation>(", ", mutations)}", e);
            }

            long allocated = GC.GetTotalAllocatedBytes() - before;
            Assert.True(
                allocated < MostAllocated && Stopwatch.GetElapsedTime(start) < _hang,
                $"Case {i}: {string.Join<Mutation>(", ", mutations)} took {allocated} bytes.");
        }

        File.WriteAllBytes(file, whole);
        Assert.InRange(refused, times / 10, times);
    }
}
