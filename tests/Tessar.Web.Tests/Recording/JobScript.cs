namespace Tessar.Web.Tests.Recording;

/// <summary>A program for jobs that does what a test wants: a shell script, which finds the job's words in <c>$@</c>.</summary>
internal static class JobScript
{
    /// <summary>Ends when its standard input does, as the tool does.</summary>
    public const string UntilTheParentEnds = "cat > /dev/null; exit 130";

    public static JobProgram Of(string script) => new("/bin/sh", ["-c", script, "job"]);

    /// <summary>A line of progress, as a command of the script.</summary>
    public static string Progress(string stage, int done, int total) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"echo '{{\"progress\":{{\"stage\":\"{stage}\",\"done\":{done},\"total\":{total},\"unit\":\"examples\"}}}}' >&2");
}
