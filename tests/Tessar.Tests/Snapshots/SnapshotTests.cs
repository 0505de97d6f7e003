namespace Tessar.Tests.Snapshots;

public sealed class SnapshotTests
{
    [Fact]
    public void Approved_text_passes_whatever_its_line_ends() => Snapshot.Matches("one\r\ntwo");

    [Fact]
    public void Difference_fails_names_the_line_and_leaves_the_received_text()
    {
        using var folder = new TemporaryFolder();
        string source = Path.Combine(folder.Path, "SomeTests.cs");
        File.WriteAllText(Path.Combine(folder.Path, "SomeTests.Name.approved.json"), "a\nb\n");

        Exception error = Assert.ThrowsAny<Exception>(() => Snapshot.Matches("a\nc", "json", file: source, test: "Name"));

        Assert.Contains("Line 2 differs: approved `b`, received `c`", error.Message, StringComparison.Ordinal);
        Assert.Equal("a\nc\n", File.ReadAllText(Path.Combine(folder.Path, "SomeTests.Name.received.json")));
    }

    [Fact]
    public void Missing_approval_fails_and_success_removes_the_received_text()
    {
        using var folder = new TemporaryFolder();
        string source = Path.Combine(folder.Path, "SomeTests.cs");
        Assert.ThrowsAny<Exception>(() => Snapshot.Matches("x", file: source, test: "Name", part: "first"));
        string received = Path.Combine(folder.Path, "SomeTests.Name.first.received.txt");

        File.Copy(received, Path.Combine(folder.Path, "SomeTests.Name.first.approved.txt"));
        Snapshot.Matches("x", file: source, test: "Name", part: "first");

        Assert.False(File.Exists(received));
    }
}
