using System.Diagnostics;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers;

/// <summary>Named pipes, devices and folders in place of files: an error at once, never an endless wait.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(20);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("idx")]
    [InlineData("cifar")]
    [InlineData("npy")]
    [InlineData("npz")]
    [InlineData("parquet")]
    [InlineData("arrow")]
    [InlineData("safetensors")]
    [InlineData("webdataset")]
    [InlineData("beton")]
    public void Pipe_as_source_is_refused_by_every_format(string? format)
    {
        Pipe("a.pipe");
        Refused(
            "a named pipe",
            () =>
                Importer.Import(
                    _folder.File("a.pipe"), _folder.File("a.tess"), new ImportOptions { Format = format }, cancellation: Token));
        if (format is null)
            Refused("a named pipe", () => Importer.Detect(_folder.File("a.pipe")));
    }

    [Theory]
    [InlineData("photos/a/2.png")]
    [InlineData("photos/a/2")]
    public void Pipe_within_a_folder_of_pictures_is_refused(string name)
    {
        Directory.CreateDirectory(_folder.File("photos/a"));
        File.WriteAllBytes(_folder.File("photos/a/1.png"), Photos.Png(2, 2, 1));
        Pipe(name);
        Refused("2", () => Importer.Import(_folder.File("photos"), _folder.File("a.tess"), cancellation: Token));
    }

    [Fact]
    public void Pipes_links_to_them_devices_and_folders_are_no_stores_and_no_tensors()
    {
        Pipe("a.tess");
        File.CreateSymbolicLink(_folder.File("link.tess"), _folder.File("a.tess"));
        Directory.CreateDirectory(_folder.File("folder.tess"));
        Refused("a named pipe", () => ExampleStore.Open(_folder.File("a.tess")));
        Refused("a named pipe", () => ExampleStore.Open(_folder.File("link.tess")));
        Refused("a folder", () => ExampleStore.Open(_folder.File("folder.tess")));
        Refused("a device", () => ExampleStore.Open("/dev/zero"));
        Refused("a named pipe", () => SafetensorsFile.Open(_folder.File("a.tess")));
        Refused("a device", () => Importer.Import("/dev/zero", _folder.File("b.tess"), cancellation: Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static void Refused(string words, Action read)
    {
        var work = Task.Run(() => Assert.ThrowsAny<TessarException>(read), Token);
        Assert.True(work.Wait(_hang, Token), "It waits for a pipe that nobody writes.");
        Assert.Contains(words, work.Result.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.InputData, work.Result.Kind);
    }

    private void Pipe(string name)
    {
        using var made = Process.Start("mkfifo", [_folder.File(name)]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
