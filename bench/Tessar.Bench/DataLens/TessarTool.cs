using System.Diagnostics;
using System.Text.Json;

namespace Tessar.Bench.DataLens;

/// <summary>The program as its users start it: <c>./tessar … --json</c> in a folder of runs of its own.</summary>
/// <param name="runs">The folder of runs.</param>
internal sealed class TessarTool(string runs)
{
    /// <summary>Root of the checkout: where <c>./tessar</c> lies.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Starts a command and reads what it prints; its progress goes to standard error.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public JsonElement Json(params IEnumerable<string> arguments)
    {
        string[] all = [.. arguments, "--json", "--quiet", "--runs", runs];
        var start = new ProcessStartInfo(Path.Combine(Root, "tessar"), all)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Root
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"tessar {string.Join(' ', all)} ended with {process.ExitCode}.");
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    /// <summary>Trains a run unless it is there.</summary>
    public void TrainOnce(string name, params IEnumerable<string> arguments)
    {
        if (!File.Exists(Path.Combine(runs, name, "run.json")))
            Json(["train", .. arguments, "--name", name]);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tessar.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No checkout of Tessar above this program.");
    }
}
