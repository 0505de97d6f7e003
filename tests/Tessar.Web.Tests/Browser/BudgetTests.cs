using System.IO.Compression;

namespace Tessar.Web.Tests.Browser;

public sealed class BudgetTests
{
    [Theory]
    [InlineData("*.js", 120_000)]
    [InlineData("*.css", 20_000)]
    public void Built_pages_stay_small(string pattern, int most)
    {
        string root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        string page = File.ReadAllText(Path.Combine(root, "index.html"));
        // The output folder keeps files of earlier builds; the page names those of this one.
        string[] files = [.. Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)
            .Where(file => page.Contains(Path.GetFileName(file), StringComparison.Ordinal))];

        Assert.NotEmpty(files);
        Assert.InRange(files.Sum(Packed), 1, most);
    }

    private static long Packed(string file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(File.ReadAllBytes(file));
        return packed.Length;
    }
}
