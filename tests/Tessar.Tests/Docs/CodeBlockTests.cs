namespace Tessar.Tests.Docs;

/// <summary>Every example of the comments compiles and runs, and every block of the pages compiles.</summary>
public sealed class CodeBlockTests(ExampleFolder folder) : IClassFixture<ExampleFolder>
{
    private static readonly CodeBlock[] _examples = [.. CodeBlock.OfComments()], _blocks = [.. CodeBlock.OfPages()];

    public static TheoryData<string, int> Examples =>
        new(_examples.Select((block, number) => (block.Place, number)));

    public static TheoryData<string, int> Blocks => new(_blocks.Select((block, number) => (block.Place, number)));

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_of_a_comment_runs_and_prints_what_it_says(string place, int number)
    {
        CodeBlock block = _examples[number];
        Assert.Equal(place, block.Place);
        string[] printed = folder.Run(block.Compile());
        int at = -1;
        foreach (string line in block.Promised)
        {
            at = Array.IndexOf(printed, line, at + 1);
            Assert.True(at >= 0, $"{place} says that it prints `{line}`; it printed:\n{string.Join('\n', printed)}");
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_of_a_page_compiles(string place, int number)
    {
        Assert.Equal(place, _blocks[number].Place);
        _blocks[number].Compile();
    }

    // The doors through which a program comes in.
    [Theory]
    [InlineData("T:Tessar.Examples.ExampleStore")]
    [InlineData("T:Tessar.Examples.Importer")]
    [InlineData("T:Tessar.Training.Trainer")]
    [InlineData("T:Tessar.Runs.Run")]
    [InlineData("T:Tessar.Runs.Predictor")]
    [InlineData("T:Tessar.Methods.MethodRunner")]
    [InlineData("T:Tessar.Methods.MethodJob")]
    [InlineData("T:Tessar.Training.Replaying.RunReplayer")]
    [InlineData("T:Tessar.Operators.LinearOperator")]
    public void Main_doors_have_an_example(string door) => Assert.Contains(_examples, block => block.Place == door);

    [Fact]
    public void Code_that_does_not_compile_or_uses_what_is_hidden_fails()
    {
        foreach (string code in (string[])[
            "int x = \"text\";", "var x = new Tessar.Operators.IdentityOperator(3, ScalarType.Float64);"
        ])
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => new CodeBlock("here", code, IsForFriends: false).Compile());
        var waiting = new CodeBlock("here", "Console.WriteLine(await Task.FromResult(1 + 1));", IsForFriends: false);
        Assert.Equal(["2"], folder.Run(waiting.Compile()));
    }
}
