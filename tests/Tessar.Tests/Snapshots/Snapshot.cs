using System.Runtime.CompilerServices;

namespace Tessar.Tests.Snapshots;

/// <summary>Compares text with the approved text that lies beside the test.</summary>
/// <remarks>
/// The approved text of test `Prints_help` in `HelpTests.cs` is `HelpTests.Prints_help.approved.txt` in the same folder. A
/// difference fails the test and writes `*.received.txt` beside it, ready for a diff; whoever accepts it renames the file and
/// explains the change. Nothing is ever approved by itself.
/// </remarks>
internal static class Snapshot
{
    /// <summary>Fails unless <paramref name="received"/> equals the approved text; line ends don't count.</summary>
    /// <param name="received">The text, with everything that differs from run to run already scrubbed.</param>
    /// <param name="extension">`txt`, `json` or `svg`.</param>
    /// <param name="part">Name of this text when a test compares several.</param>
    /// <param name="file">The test's source file.</param>
    /// <param name="test">The test's name.</param>
    public static void Matches(
        string received, string extension = "txt", string? part = null, [CallerFilePath] string file = "",
        [CallerMemberName] string test = "")
    {
        string stem = Path.Combine(
            Path.GetDirectoryName(Repository.SourcePath(file))!,
            $"{Path.GetFileNameWithoutExtension(file)}.{test}{(part is null ? string.Empty : "." + part)}");
        MatchesFile(received, $"{stem}.approved.{extension}", $"{stem}.received.{extension}");
    }

    /// <summary>Fails unless <paramref name="received"/> equals the content of a file that is generated, but committed.</summary>
    /// <param name="received">The text.</param>
    /// <param name="approvedPath">The file.</param>
    /// <param name="receivedPath">Where the text is put when it differs.</param>
    public static void MatchesFile(string received, string approvedPath, string receivedPath)
    {
        string actual = Normalize(received);
        string? approved = File.Exists(approvedPath) ? Normalize(File.ReadAllText(approvedPath)) : null;
        if (approved == actual)
        {
            File.Delete(receivedPath);
            return;
        }
        File.WriteAllText(receivedPath, actual);
        if (approved is null)
            Assert.Fail(
                $"Nothing is approved yet. Look at {receivedPath} and rename it to {Path.GetFileName(approvedPath)} if it "
                    + $"is right.");
        Assert.Fail($"{FirstDifference(approved, actual)} Compare {approvedPath} with {receivedPath}.");
    }

    private static string Normalize(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    private static string FirstDifference(string approved, string actual)
    {
        string[] left = approved.Split('\n'), right = actual.Split('\n');
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            string a = i < left.Length ? left[i] : "(end)", b = i < right.Length ? right[i] : "(end)";
            if (a != b)
                return $"Line {i + 1} differs: approved `{a}`, received `{b}`.";
        }
        return "The texts differ.";
    }
}
