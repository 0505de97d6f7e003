using System.Text.Json;
using Tessar.Tests.Examples.Importers;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>
/// What an import can't take is refused, or counted in the text, in JSON, and in what `show` says of the store.
/// </summary>
public sealed class ImportLeftOutTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Files_are_counted_by_their_ending_in_text_and_json()
    {
        Write("photos/a/1.png", Photos.Png(4, 4, 1));
        Write("photos/a/2.tif", [1]);
        Write("photos/b/3.tif", [1]);
        Write("photos/b/4.gif", Photos.Gif(frames: 2));
        string error = _tool.Fails(3, "examples", "import", "photos", "--out", "a.tess", "--quiet");
        Assert.Contains("2 .tif (a/2.tif, b/3.tif)", error, StringComparison.Ordinal);
        ChildResult text = _tool.Run("examples", "import", "photos", "--out", "a.tess", "--skip-unknown", "--quiet");
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("Left out: 2 .tif.", text.Output, StringComparison.Ordinal);
        Assert.Contains("of which the first was taken: 1.", text.Output, StringComparison.Ordinal);
        JsonElement shown = _tool.Json("examples", "show", "a.tess");
        Assert.Equal(2, shown.GetProperty("leftOut").GetProperty(".tif").GetInt64());
        Assert.Equal(1, shown.GetProperty("firstFrames").GetInt64());
        Assert.Contains("Left out: 2 .tif.", _tool.Run("examples", "show", "a.tess").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_a_store_cannot_hold_are_named()
    {
        byte[] images = Npy.File("'|u1'", "(2, 2, 2)", Npy.Ramp(8)), times = Npy.File("'<M8[s]'", "(2,)", new byte[16]);
        File.WriteAllBytes(_tool.File("a.npz"), Npy.Archive(("x", images), ("when", times)));
        JsonElement made = _tool.Json("examples", "import", "a.npz", "--out", "a.tess");
        Assert.Equal("times", made.GetProperty("columnsLeftOut").GetProperty("when").GetString());
        JsonElement asked = _tool.Json("examples", "import", "a.npz", "--out", "b.tess", "--columns", "x");
        Assert.False(asked.TryGetProperty("columnsLeftOut", out _));
        Assert.Contains(
            "`when` (times)", _tool.Fails(3, "examples", "import", "a.npz", "--out", "c.tess", "--columns", "x,when"),
            StringComparison.Ordinal);
        Assert.Contains(
            "Did you mean `merge`", _tool.Fails(2, "examples", "import", "a.npz", "--out", "c.tess", "--class-case", "merg"),
            StringComparison.Ordinal);
    }

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_tool.File(name))!);
        File.WriteAllBytes(_tool.File(name), content);
    }
}
