using System.Diagnostics;
using Tessar.Examples;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Examples;

/// <summary>
/// Writers killed at a hundred random moments: the name stands for the old store or for the new one, never for a rest.
/// </summary>
[Trait("Category", "slow")]
public sealed class KilledWriterTests
{
    [Theory]
    [InlineData("dense", 34)]
    [InlineData("ragged", 33)]
    [InlineData("append", 33)]
    public void Store_is_the_old_one_or_the_new_one(string kind, int kills)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tess");
        string old = kind == "append" ? TestStores.Write(path, 10, 5) : RaggedStores.Write(path, 4, 1);
        byte[] before = File.ReadAllBytes(path);
        string added = folder.File("b.tess");
        File.Copy(path, added);
        (string whole, TimeSpan duration) = Whole(kind, added);
        var random = new RandomStream(7, "moments of killing", kind == "dense" ? 0 : kind == "ragged" ? 1 : 2);
        int survived = 0;
        for (int i = 0; i < kills; i++)
        {
            File.WriteAllBytes(path, before);
            using (ChildProcess child = ChildProcess.Start("write until killed", kind, path))
            {
                child.WaitFor("writing");
                Thread.Sleep(duration * (1.1 * random.NextDouble()));
                child.Kill();
            }

            using var store = ExampleStore.Open(path);
            store.VerifyAll();
            Assert.True(store.Identity == old || store.Identity == whole, $"kill {i}: {store.Identity}");
            survived += store.Identity == old ? 1 : 0;
            if (kind == "append" && store.Identity == whole)
                Assert.Equal(15 + 20_000, store.Count);
        }

        // Killed before the end most of the time, or the moments say nothing.
        Assert.InRange(survived, kills / 4, kills);

        // The next writer removes what the killed ones left.
        Write(kind, path);
        Assert.DoesNotContain(
            Directory.GetFiles(folder.Path), file => file.StartsWith(path, StringComparison.Ordinal) && file != path);
    }

    /// <summary>What an undisturbed writer makes of the store, and how long it takes from its first word on.</summary>
    private static (string Identity, TimeSpan Duration) Whole(string kind, string path)
    {
        using ChildProcess child = ChildProcess.Start("write until killed", kind, path);
        child.WaitFor("writing");
        long start = Stopwatch.GetTimestamp();
        ChildResult result = child.WaitForEnd();
        Assert.Equal(0, result.ExitCode);
        return (result.Output.Split('\n')[1], Stopwatch.GetElapsedTime(start));
    }

    private static string Write(string kind, string path) => kind switch
    {
        "dense" => TestStores.Write(path, 40_000, 5),
        "ragged" => RaggedStores.Write(path, 800, 5),
        _ => ExampleStoreAppenderTests.Append(path, [("train", 20_000)], 15),
    };

    [Scenario("write until killed")]
    private static void WriteUntilKilled(string[] arguments)
    {
        Console.WriteLine("writing");
        Console.WriteLine(Write(arguments[0], arguments[1]));
    }
}
