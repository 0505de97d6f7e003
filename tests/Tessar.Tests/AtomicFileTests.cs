using Tessar.Tests.Processes;

namespace Tessar.Tests;

public sealed class AtomicFileTests
{
    [Fact]
    public void Content_appears_under_the_name_and_nothing_else_remains()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("new/folders/on the way/a.txt");
        AtomicFile.WriteText(path, "first");
        AtomicFile.WriteText(path, "second, é");
        Assert.Equal("second, é"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Failure_while_writing_leaves_the_old_file_and_no_temporary_one()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half of the new"u8);
            throw new InvalidOperationException("as asked");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Killed_writer_leaves_the_old_file_and_its_rest_is_removed_by_the_next_writer()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        AtomicFile.WriteText(path, "old");
        using (ChildProcess child = ChildProcess.Start("write a file and wait", path))
        {
            child.WaitFor("half");
            AtomicFile.WriteText(path, "meanwhile");
            Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
            child.Kill();
        }

        Assert.Equal("meanwhile", File.ReadAllText(path));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Files_of_other_names_are_not_taken_for_stale_ones()
    {
        using var folder = new TemporaryFolder();
        string[] others = [
            folder.File("a.txt.tmp-x"),
            folder.File("a.txt.tmp-1-2-3"),
            folder.File("ba.txt.tmp-999999-1"),
            folder.File("a.txt.tmp-")
        ];
        foreach (string other in others)
            File.WriteAllText(other, "theirs");
        AtomicFile.WriteText(folder.File("a.txt"), "mine");
        Assert.All(others, other => Assert.Equal("theirs", File.ReadAllText(other)));
    }

    [Fact]
    public void Many_writers_of_one_name_never_mix()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        Parallel.For(0, 64, i => AtomicFile.WriteText(path, new string((char)('a' + (i % 26)), 10_000)));
        string content = File.ReadAllText(path);
        Assert.Equal(10_000, content.Length);
        Assert.Single(content.Distinct());
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Full_device_is_an_environment_error_that_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        TessarException error = Assert.Throws<TessarException>(() => AtomicFile.Write(path, _ => FullDisk.Fill()));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Folder_that_is_a_file_is_an_environment_error()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "not a folder");
        TessarException error = Assert.Throws<TessarException>(() => AtomicFile.WriteText(folder.File("file/a.txt"), "text"));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Contains(folder.File("file/a.txt"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_taken_by_a_folder_is_an_environment_error()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("a.txt"));
        TessarException error = Assert.Throws<TessarException>(() => AtomicFile.WriteText(folder.File("a.txt"), "text"));
        Assert.Equal(ErrorKind.Environment, error.Kind);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Scenario("write a file and wait")]
    private static void WriteAndWait(string[] arguments) => AtomicFile.Write(arguments[0], stream =>
    {
        stream.Write(new byte[100_000]);
        stream.Flush();
        Console.WriteLine("half");
        Console.ReadLine();
    });
}
