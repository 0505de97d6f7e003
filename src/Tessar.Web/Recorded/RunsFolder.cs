using Microsoft.AspNetCore.Http;
using Tessar.Runs;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Recorded;

/// <summary>Opens runs by the name an address gives. Nothing outside of the runs folder can be reached by a name.</summary>
internal sealed class RunsFolder(WorkbenchOptions options)
{
    /// <summary>Status of a run that has no record yet.</summary>
    public const string Starting = "starting";

    public string Directory => options.RunsDirectory;

    /// <summary>How the command line is called.</summary>
    public string ProgramName => options.CommandName;

    /// <summary>A command that the pages suggest.</summary>
    public string Command(string arguments) => $"{options.CommandName} {arguments}";

    /// <summary>Whether a process is making the run at this moment: its folder is there and held, its record isn't yet.</summary>
    public bool IsStarting(string name) => IsFolderName(name) && RunCatalog.IsStarting(Path.Combine(Directory, name));

    /// <exception cref="ProblemException">There is no such run, it is only starting, or it can't be read.</exception>
    public Run Open(string name)
    {
        if (!IsFolderName(name) || !Exists(Path.Combine(Directory, name)))
            throw new ProblemException(Missing(name));
        if (IsStarting(name))
            throw new ProblemException(NotYet(name));
        try
        {
            return Run.Open(Path.Combine(Directory, name));
        }
        catch (TessarException error)
        {
            throw new ProblemException(Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "run-unreadable", UnreadableTitle(name), error.Message, error.Remedies,
                ProgramName), error);
        }
    }

    /// <summary>The run, or null when it can't be read.</summary>
    public Run? TryOpen(string name)
    {
        try
        {
            return Open(name);
        }
        catch (ProblemException)
        {
            return null; // the caller tells what it knows of it
        }
    }

    /// <summary>What to tell about a run that can't be read.</summary>
    public static Problem Unreadable(string name, string message) =>
        Problems.Of(StatusCodes.Status422UnprocessableEntity, "run-unreadable", UnreadableTitle(name), message);

    private static string UnreadableTitle(string name) => $"The run “{name}” can’t be read.";

    private static Problem NotYet(string name) => new(
        StatusCodes.Status503ServiceUnavailable, "run-starting", $"The run “{name}” is only starting.",
        "Its process has made the folder and has not written the record yet: it reads the data and builds the model first.",
        "Wait a moment.");

    private Problem Missing(string name)
    {
        string[] names = [.. RunCatalog.List(Directory).Select(run => run.Name)];
        return new Problem(
            StatusCodes.Status404NotFound, "run-missing", $"There is no run named “{name}”.",
            $"{Directory} holds {(names.Length == 0 ? "no runs" : $"{names.Length} others")}.{NearestName.Hint(name, names)}",
            names.Length == 0 ? "Record one:" : "Choose one of those, or record another:",
            Command("train --model cnn --data fashion-mnist-mini"));
    }

    // A folder that a process died in before it wrote run.json still has its lock: it is a run that can't be read.
    private static bool Exists(string folder) =>
        File.Exists(Path.Combine(folder, RunJson.FileName)) || File.Exists(Path.Combine(folder, RunLock.FileName));

    private static bool IsFolderName(string name) =>
        name is not ("" or "." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;
}
