namespace Tessar.Tests.Architecture;

public sealed class BannedSymbolsTests
{
    private static readonly HashSet<string> _known = new(
        new[] { typeof(TorchSharp.torch).Assembly, typeof(object).Assembly }.SelectMany(DocumentationId.All),
        StringComparer.Ordinal);

    // The analyzer ignores an identifier it can't resolve without a word: a misspelt ban bans nothing.
    [Fact]
    public void Every_banned_symbol_exists() =>
        AssertNone(Entries().Select(line => line.Split(';')[0].Trim()).Where(id => !_known.Contains(id)));

    [Fact]
    public void Every_ban_says_what_to_use_instead() =>
        AssertNone(Entries().Where(line => line.Split(';', 2) is not [_, { Length: > 10 }]));

    [Fact]
    public void The_raw_gradient_is_banned() =>
        Assert.Contains(Entries(), line => line.StartsWith("M:TorchSharp.torch.autograd.grad(", StringComparison.Ordinal));

    [Theory]
    [InlineData("M:System.Environment.Exit(System.Int32)")]
    [InlineData("M:System.String.Join``1(System.String,System.Collections.Generic.IEnumerable{``0})")]
    [InlineData("M:System.Collections.Generic.Dictionary`2.TryGetValue(`0,`1@)")]
    [InlineData("P:System.String.Chars(System.Int32)")]
    [InlineData("M:System.Version.#ctor(System.Int32,System.Int32)")]
    [InlineData("M:System.Decimal.op_Implicit(System.Int32)~System.Decimal")]
    public void Identifiers_are_written_as_the_compiler_writes_them(string id) => Assert.Contains(id, _known);

    private static void AssertNone(IEnumerable<string> offenders)
    {
        string list = string.Join('\n', offenders);
        Assert.True(list.Length == 0, list);
    }

    private static IEnumerable<string> Entries() =>
        File.ReadLines(Path.Combine(Repository.Root, "BannedSymbols.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal));
}
