using System.CommandLine;
using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;
using Tessar.Tests.Examples;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>
/// Every file that a command writes where the user says passes one door: no input and nothing else that is there gets lost.
/// </summary>
public sealed class OutputDoorTests(SmallRunFixture runs) : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    // The whole command table: an option that names a file to write is one of the door's, and each of those is tried below.
    [Fact]
    public void Every_option_that_names_a_file_to_write_is_known_to_the_door()
    {
        string[] found = [.. CommandTable.Root().AllCommands.SelectMany(command =>
            command.Options.OfType<OutputOption>().Select(option => $"{PathOf(command)} {option.Name}"))];
        Assert.Equal(
            ["attribute --export", "attribute --picture", "attribute --report", "examples export --out", "examples import --out",
             "examples show --picture"],
            found.Order(StringComparer.Ordinal));
        // Files that are only read: every other option with a file as its value.
        string[] others = [.. CommandTable.Root().AllCommands.SelectMany(command =>
            command.Options.Where(option => option is not OutputOption && option.HelpName is { } name
            && (name.Contains("FILE", StringComparison.Ordinal) || name.Contains("PATH", StringComparison.Ordinal)))
            .Select(option => $"{PathOf(command)} {option.Name}"))];
        Assert.Equal(["import --weights", "train --mask"], others.Order(StringComparer.Ordinal));
        Assert.All(
            CommandTable.Root().AllCommands.Where(command => command.Options.OfType<OutputOption>().Any()),
            command => Assert.NotNull(command.Force));
    }

    [Fact]
    public void A_store_is_not_replaced_by_a_picture_of_it()
    {
        string store = MakeStore("a.tess");
        byte[] before = File.ReadAllBytes(store);
        Assert.Contains(
            "required is the name of a file ending in .png",
            _tool.Fails(2, "examples", "show", "a.tess", "--picture", "a.tess", "--force"), StringComparison.Ordinal);
        File.CreateSymbolicLink(_tool.File("soft.png"), store);
        Assert.Equal(0, Link(store, _tool.File("hard.png")));
        Directory.CreateSymbolicLink(_tool.File("folder"), _tool.Folder);
        foreach (string name in (string[])["soft.png", "hard.png", "./hard.png", "folder/hard.png"])
            Assert.Contains(
                "is read here", _tool.Fails(2, "examples", "show", "a.tess", "--picture", name, "--force"),
                StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(store));
        Assert.Equal(before, File.ReadAllBytes(_tool.File("hard.png")));
    }

    [Fact]
    public void A_picture_replaces_a_file_only_when_told_to()
    {
        MakeStore("a.tess");
        File.WriteAllText(_tool.File("notes.png"), "not a picture");
        string error = _tool.Fails(2, "examples", "show", "a.tess", "--picture", "notes.png");
        Assert.Contains("notes.png exists already", error, StringComparison.Ordinal);
        Assert.Contains("`--force`", error, StringComparison.Ordinal);
        Assert.Equal("not a picture", File.ReadAllText(_tool.File("notes.png")));
        Assert.Equal(0, _tool.Run("examples", "show", "a.tess", "--picture", "notes.png", "--force").ExitCode);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(_tool.File("notes.png"))[..4]);
    }

    [Fact]
    public void An_import_never_replaces_its_source()
    {
        MakeStore("a.tess");
        _tool.Json("examples", "export", "a.tess", "--format", "safetensors", "--out", "exported", "--split", "train");
        string source = _tool.File("exported/train.safetensors");
        byte[] before = File.ReadAllBytes(source);
        Assert.Contains(
            "required is the name of a file ending in .tess",
            _tool.Fails(2, "examples", "import", source, "--out", source, "--force"), StringComparison.Ordinal);
        File.CreateSymbolicLink(_tool.File("b.tess"), source);
        Assert.Contains(
            "is read here", _tool.Fails(2, "examples", "import", source, "--out", "b.tess", "--force"), StringComparison.Ordinal);
        Assert.Contains(
            "is read here",
            _tool.Fails(2, "examples", "import", "train=exported/train.safetensors", "--out", "b.tess", "--force"),
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(source));
    }

    [Fact]
    public void An_export_never_replaces_its_store_and_leaves_all_or_nothing()
    {
        MakeStore("a.tess");
        File.CreateSymbolicLink(_tool.File("train.parquet"), _tool.File("a.tess"));
        Assert.Contains(
            "is read here", _tool.Fails(2, "examples", "export", "a.tess", "--format", "parquet", "--out", ".", "--force"),
            StringComparison.Ordinal);
        Directory.CreateDirectory(_tool.File("out"));
        File.WriteAllText(_tool.File("out/test.parquet"), "mine");
        Assert.Contains(
            "test.parquet exists already", _tool.Fails(2, "examples", "export", "a.tess", "--format", "parquet", "--out", "out"),
            StringComparison.Ordinal);
        Assert.Equal(["test.parquet"], Directory.EnumerateFiles(_tool.File("out")).Select(Path.GetFileName));
    }

    [Fact]
    public void An_explanation_replaces_nothing_of_the_run_it_explains()
    {
        Tool tool = runs.Tool;
        string[] call = [
            "attribute", "small", "--method", "data/grad-dot", "--train", "train:0-9", "--targets", "test:0", "--quiet", "--force"
        ];
        File.Delete(tool.File("record.html"));
        File.CreateSymbolicLink(tool.File("record.html"), tool.File("runs/small/run.json"));
        Assert.Contains("is read here", tool.Fails(2, [.. call, "--report", "record.html"]), StringComparison.Ordinal);
        File.Delete(tool.File("record.html"));
    }

    [Fact]
    public void Two_outputs_are_two_files()
    {
        File.WriteAllText(_tool.File("a.png"), string.Empty);
        File.CreateSymbolicLink(_tool.File("a.html"), _tool.File("a.png"));
        Assert.Contains(
            "both name",
            _tool.Fails(2, "attribute", "x", "--targets", "test:0", "--picture", "a.png", "--report", "a.html", "--force"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Force_without_a_file_to_write_is_refused() =>
        Assert.Contains(
            "`--force` has no effect without a file to write", _tool.Fails(2, "attribute", "x", "--targets", "test:0", "--force"),
            StringComparison.Ordinal);

    private string MakeStore(string name)
    {
        TestStores.Write(_tool.File(name), 10, 5);
        return _tool.File(name);
    }

    private static int Link(string path, string other)
    {
        using ChildProcess link = ChildProcess.StartProgram("ln", [path, other]);
        return link.WaitForEnd().ExitCode;
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent
            ? $"{parent.Name} {command.Name}"
            : command.Name;
}
