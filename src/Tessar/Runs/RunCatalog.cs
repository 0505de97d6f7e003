using Tessar.Runs.Retraining;

namespace Tessar.Runs;

/// <summary>Finds the runs in a folder. Doesn't load libtorch.</summary>
public static class RunCatalog
{
    /// <summary>Where runs live unless said otherwise: <c>TESSAR_RUNS</c>, or <c>runs</c> in the current folder.</summary>
    public static string DefaultDirectory =>
        Environment.GetEnvironmentVariable("TESSAR_RUNS") is { Length: > 0 } folder ? folder : "runs";

    /// <summary>
    /// All runs of a folder, the newest first. One that can't be read is listed with its error, after the others.
    /// </summary>
    /// <param name="runsDirectory">
    /// The folder with one folder per run; none in it, or no such folder, gives an empty list.
    /// </param>
    /// <remarks>Reads each <c>run.json</c>, nothing else.</remarks>
    public static IReadOnlyList<RunSummary> List(string? runsDirectory = null)
    {
        string folder = Path.GetFullPath(runsDirectory ?? DefaultDirectory);
        if (!Directory.Exists(folder))
            return [];
        return
        [
            .. Directory.EnumerateDirectories(folder)
                .Where(IsRun)
                .Select(Summarize)
                .OrderByDescending(summary => summary.Run?.Record.Created ?? DateTimeOffset.MinValue)
                .ThenBy(summary => summary.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The folder of a run given by name or path.</summary>
    /// <param name="nameOrPath">A run's name, or the path of its folder.</param>
    /// <param name="runsDirectory">Where names are looked for; <see cref="DefaultDirectory"/> by default.</param>
    /// <returns>A full path of a folder that holds <c>run.json</c>.</returns>
    /// <exception cref="TessarException">There is no such run; the message names the nearest.</exception>
    public static string Resolve(string nameOrPath, string? runsDirectory = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrPath);
        string folder = Path.GetFullPath(runsDirectory ?? DefaultDirectory);
        string[] candidates = [Path.Combine(folder, nameOrPath), Path.GetFullPath(nameOrPath)];
        if (Array.Find(candidates, IsRun) is { } found)
            return Path.TrimEndingDirectorySeparator(found);
        string[] names = Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Where(IsRun).Select(d => Path.GetFileName(d)!)
            .Order(StringComparer.Ordinal)]
            : [];
        string known = names.Length == 0
            ? $"{folder} holds no runs yet: train one."
            : $"{folder} holds {string.Join(", ", names.Take(10))}{(names.Length > 10 ? ", …" : string.Empty)}.";
        throw new TessarException(
            $"There is no run `{nameOrPath}`.{NearestName.Hint(nameOrPath, names)} {known}", ErrorKind.InputData)
        {
            Remedies = names.Length == 0
                ? [new(RemedyKind.RunDemo), new(RemedyKind.Train, "cnn", "fashion-mnist-mini")]
                : [new(RemedyKind.ListRuns)],
        };
    }

    /// <summary>
    /// Whether a process is making a run in this folder at this moment: it holds the lock, and the record isn't there yet.
    /// </summary>
    internal static bool IsStarting(string folder) =>
        !File.Exists(Path.Combine(folder, RunJson.FileName)) && !File.Exists(Path.Combine(folder, RetrainingJson.FileName))
            && RunLock.IsHeld(folder);

    /// <summary>The first of <c>stem-1</c>, <c>stem-2</c>, … that no folder has yet.</summary>
    internal static string FreeName(string stem, string runsDirectory)
    {
        for (int number = 1; ; number++)
        {
            string name = FormattableString.Invariant($"{stem}-{number}");
            if (!Path.Exists(Path.Combine(runsDirectory, name)))
                return name;
        }
    }

    // A folder that a process died in before it wrote run.json still has its lock file; a retraining has one too, but is no run.
    private static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, RunJson.FileName))
        || (File.Exists(Path.Combine(folder, RunLock.FileName)) && !File.Exists(Path.Combine(folder, RetrainingJson.FileName)));

    private static RunSummary Summarize(string folder)
    {
        try
        {
            return new RunSummary(Path.GetFileName(folder), folder, Run.Open(folder), Error: null);
        }
        catch (TessarException e)
        {
            return new RunSummary(Path.GetFileName(folder), folder, Run: null, e.Message);
        }
    }
}

/// <summary>One run of a list: the run, or why it can't be read.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Directory">Its folder, a full path.</param>
/// <param name="Run">The run, or null when it can't be read.</param>
/// <param name="Error">Why it can't be read, or null when it can.</param>
public sealed record RunSummary(string Name, string Directory, Run? Run, string? Error);
