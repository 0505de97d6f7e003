using System.Runtime.InteropServices;
using Tessar.Examples;
using Tessar.Tensors;

namespace Tessar.Tests.Examples.Importers.Formats;

public sealed class SafetensorsFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_become_columns()
    {
        Write(5);
        using ExampleStore store = _folder.Import(_folder.File("a.safetensors"));
        Assert.Equal(["image", "label", "depth", "half"], store.Manifest.Columns.Select(column => column.Name));
        Assert.Equal(new ImageShape(2, 3, 1), store.Image);
        Assert.Equal(4, ExampleSet.Parse(store, "train").Label(4));
        Assert.Equal([6f, 7f, 8f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("depth"), 2)).ToArray());
        Assert.Equal([2.5f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("half"), 4)).ToArray());
    }

    [Fact]
    public void Brain_floats_are_widened()
    {
        var writer = new SafetensorsWriter();
        writer.Add("z", ElementType.BF16, [2], stream => stream.Write([0xC0, 0x3F, 0x00, 0xC0]));
        writer.Save(_folder.File("a.safetensors"));
        using ExampleStore store = _folder.Import(_folder.File("a.safetensors"));
        Assert.Equal([1.5f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("z"), 0)).ToArray());
        Assert.Equal([-2f], MemoryMarshal.Cast<byte, float>(store.Row(store.Column("z"), 1)).ToArray());
    }

    [Fact]
    public void Damaged_files_end_with_the_named_error()
    {
        Write(5);
        _folder.SurvivesMutations(_folder.File("a.safetensors"), _folder.File("a.safetensors"), "safetensors");
    }

    private void Write(int rows)
    {
        var writer = new SafetensorsWriter();
        writer.Add("image", Npy.Ramp(rows * 6), rows, 2, 3);
        writer.Add("target", Enumerable.Range(0, rows).Select(i => (long)i).ToArray(), rows);
        writer.Add("depth", Enumerable.Range(0, rows * 3).Select(i => (float)i).ToArray(), rows, 3);
        writer.Add("half", Enumerable.Range(0, rows).Select(i => (Half)(i - 1.5)).ToArray(), rows);
        writer.Save(_folder.File("a.safetensors"));
    }
}
