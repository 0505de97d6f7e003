namespace Tessar.Training.Retraining;

/// <summary>How a worker process is started: the program, and its arguments before the folder.</summary>
/// <param name="Program">Path of the program.</param>
/// <param name="Arguments">What it is given before the retraining's folder.</param>
public sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Name of the tool's command that makes it a worker.</summary>
    public const string Verb = "retrain-worker";

    /// <summary>This process's own program, which has to be the `tessar` tool.</summary>
    /// <exception cref="TessarException">The path of the program can't be found out.</exception>
    public static WorkerCommand OfThisTool()
    {
        string program = Environment.ProcessPath ?? throw new TessarException(
            "The path of this program is unknown, so it can't start workers. Start the tool from a file.", ErrorKind.Environment);
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new WorkerCommand(program, [Environment.GetCommandLineArgs()[0], Verb])
            : new WorkerCommand(program, [Verb]);
    }
}
