using System.Diagnostics;

namespace Tessar.Tests.Processes;

/// <summary>
/// Held by a test while a program that it starts may build this checkout: the suite runs as two processes, and two builds at once
/// write the same files.
/// </summary>
/// <example><code>
/// using IDisposable alone = CheckoutBuild.Wait();
/// using ChildProcess sample = ChildProcess.StartProgram("dotnet", ["run", path]);
/// </code></example>
internal static class CheckoutBuild
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    /// <summary>Waits until no other test holds it; fails the test after ten minutes.</summary>
    public static IDisposable Wait() => Wait(Path.Combine(Repository.Root, "artifacts", "tests.building"), _patience);

    /// <summary>The same with a file and a patience of one's own.</summary>
    internal static IDisposable Wait(string path, TimeSpan patience)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < patience, $"Another test has held {path} for {patience}.");
                Thread.Sleep(100);
            }
        }
    }
}
