using Tessar.Tests.Processes;
using TorchSharp;

namespace Tessar.Tests.Native;

/// <summary>Every child loads libtorch for the first time, by a torch call.</summary>
public sealed class BridgeLoaderTests : IDisposable
{
    private const string Scenario = "first torch call";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void First_torch_call_of_a_process_computes_with_an_empty_a_filled_and_a_damaged_cache()
    {
        Computes(Data("data"));
        string[] copies = CopiesIn("data/tessar/native");
        // None where the bridge loads by itself.
        Assert.InRange(copies.Length, 0, 1);
        Computes(Data("data"));
        Assert.Equal(copies, CopiesIn("data/tessar/native"));
        foreach (string copy in copies)
        {
            byte[] whole = File.ReadAllBytes(copy);
            foreach (byte[] damaged in new[] { whole[..(whole.Length / 2)], [], [.. whole[..^1], (byte)(whole[^1] ^ 1)] })
            {
                File.WriteAllBytes(copy, damaged);
                Computes(Data("data"));
                Assert.True(whole.AsSpan().SequenceEqual(File.ReadAllBytes(copy)));
            }

            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(copy)!));
        }
    }

    [Fact]
    public void Folder_that_takes_no_copy_is_passed_over()
    {
        Computes(Data("data"));
        Directory.CreateDirectory(_folder.File("temporary"));
        // Nothing can be created below a file, whoever asks.
        File.WriteAllText(_folder.File("file"), "in the way");
        Computes(Data("file/data", ("HOME", _folder.File("file/home")), ("TMPDIR", _folder.File("temporary"))));
        Assert.Equal(
            CopiesIn("data/tessar/native").Select(Path.GetFileName),
            CopiesIn($"temporary/tessar-{Environment.UserName}").Select(Path.GetFileName));
    }

    [Fact]
    public void Processes_that_start_together_share_one_copy()
    {
        using ChildProcess first = ChildProcess.Start(Scenario, [], Data("data")), second = ChildProcess.Start(
            Scenario, [], Data("data"));
        AssertComputed(first);
        AssertComputed(second);
        Assert.InRange(CopiesIn("data/tessar/native").Length, 0, 1);
    }

    [Theory]
    [InlineData("TESSAR_TUNING", "off")]
    [InlineData("GOMP_SPINCOUNT", "0")]
    [InlineData("HOME", null)]
    public void Environment_decides_nothing_about_the_result(string name, string? value) => Computes(Data("data", (name, value)));

    private Dictionary<string, string?> Data(string folder, params IEnumerable<(string Name, string? Value)> others)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["XDG_DATA_HOME"] = _folder.File(folder) };
        foreach ((string name, string? value) in others)
            environment[name] = value;
        return environment;
    }

    private string[] CopiesIn(string folder) =>
        Directory.Exists(_folder.File(folder)) ? Directory.GetFiles(_folder.File(folder), "libTorchSharpBridge-*.so") : [];

    private static void Computes(Dictionary<string, string?> environment)
    {
        using ChildProcess child = ChildProcess.Start(Scenario, [], environment);
        AssertComputed(child);
    }

    private static void AssertComputed(ChildProcess child) => Assert.Equal(new ChildResult(0, "30\n", ""), child.WaitForEnd());

    [Scenario(Scenario)]
    private static void Compute(string[] arguments)
    {
        using torch.Tensor x = torch.arange(5, dtype: torch.ScalarType.Float32);
        using torch.Tensor sum = x.square().sum();
        Console.WriteLine(sum.item<float>());
    }
}
