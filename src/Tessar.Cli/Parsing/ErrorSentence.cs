using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.Json;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Parsing;

/// <summary>
/// The door through which every error reaches the user: an exit code and one line that says what is wrong, the value, what is
/// required and what to type next.
/// </summary>
/// <remarks>
/// Messages that were written for the user pass as they are, with their remedies put into commands. What the framework or
/// libtorch says to programmers is put into a sentence about what the user gave: the data, the model, the machine.
/// </remarks>
internal static class ErrorSentence
{
    /// <summary>Describes an error that reached the top of a command.</summary>
    /// <param name="error">The error.</param>
    /// <param name="command">The command it came from, or null.</param>
    /// <param name="runs">The folder of the runs if the line named one.</param>
    public static (int Code, string Text) Of(Exception error, Command? command, string? runs = null)
    {
        error = Cause(error);
        if (error is OperationCanceledException)
            return (ExitCode.Interrupted, "interrupted");
        if (UserError.Of(error) is var (kind, remedies))
        {
            string message = UserError.MessageOf(error);
            return kind == ErrorKind.Internal
                ? (ExitCode.Internal, $"{message} Add --verbose for the trace, and please report it.")
                : (CodeOf(kind), message + RemedyWords.Of(remedies, command, runs));
        }

        return error switch
        {
            OutOfMemoryException => (ExitCode.Environment,
                $"There isn't enough memory for this. Choose fewer examples, smaller batches or a smaller "
                    + $"model.{Options(command, "memory", "batch")}"),
            FileNotFoundException or DirectoryNotFoundException =>
                (ExitCode.InputData, $"{Sentence(error)} Required is a file or folder that is there. Check the path."),
            UnauthorizedAccessException =>
                (ExitCode.Environment, $"{Sentence(error)} Required is a file or folder that you may use. Check its "
                    + $"permissions."),
            EndOfStreamException or InvalidDataException or JsonException => (ExitCode.InputData,
                $"A file that was read is damaged or of another kind: {Sentence(error)} Get it again, or make it again from its "
                    + $"sources.{More}"),
            IOException =>
                (ExitCode.Environment, $"A file or folder can't be used: {Sentence(error)} Check the disk and the permissions, "
                    + $"then run the command again."),
            _ when ModelAssembly(error) is { } assembly => (ExitCode.InputData,
                $"The code in {assembly} failed: {Sentence(error)} A model has to answer a batch [examples, channels, height, "
                    + $"width] of any size with one row "
                + $"per example. Correct the code, and build it again.{More}"),
            ArgumentException { Source: "System.Text.Json" } => (ExitCode.InputData,
                "A number of the result isn't finite, so it can't be written: the weights, gradients or outputs of the model are "
                    + "too large. "
                + $"Train it again with a lower learning rate, or check the data.{Look(command)}{More}"),
            ExternalException or ArgumentException or FormatException or OverflowException or ArithmeticException =>
                (ExitCode.InputData,
                $"This can't be computed from the data and the model given: {Sentence(error)} Check that the model's outputs and "
                    + $"the numbers in the data are "
                + $"what the command expects.{Look(command)}{More}"),
            _ =>
                (ExitCode.Internal, $"internal error: {error.GetType().Name}: {Sentence(error)} Add --verbose for the trace, and "
                    + $"please report it."),
        };
    }

    /// <summary>An error that was written for the user, with its remedies as data; null for any other.</summary>
    public static ErrorLine? Told(Exception error)
    {
        error = Cause(error);
        return UserError.Of(error) is var (kind, remedies) && kind != ErrorKind.Internal
            ? new ErrorLine(UserError.MessageOf(error), remedies) : null;
    }

    private const string More = " Add --verbose for the trace.";

    // A static constructor of TorchSharp wraps the reason why the native library didn't load; tasks and reflection wrap
    // everything.
    private static Exception Cause(Exception error)
    {
        while (UserError.Of(error) is null
            && error is TypeInitializationException or System.Reflection.TargetInvocationException or AggregateException
            && error.InnerException is { } inner)
            error = inner;
        return error;
    }

    private static int CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Usage => ExitCode.Usage,
        ErrorKind.InputData => ExitCode.InputData,
        ErrorKind.Environment => ExitCode.Environment,
        _ => ExitCode.Internal,
    };

    // The first line: libtorch adds the frames of its own code. An ending full stop, whatever the message has.
    private static string Sentence(Exception error)
    {
        string line = UserError.MessageOf(error).Trim().Split(['\r', '\n'], 2)[0].TrimEnd();
        return line.Length == 0 ? $"{error.GetType().Name}." : line[^1] is '.' or '!' or '?' ? line : line + ".";
    }

    private static string Options(Command? command, params string[] names) =>
        RemedyWords.Of([.. names.Select(name => new Remedy(RemedyKind.ChangeArgument, name))], command);

    private static string Look(Command? command) => RemedyWords.Of(
        command?.Arguments.Any(argument => argument.Name.StartsWith("RUN", StringComparison.Ordinal)) == true
            ? [new Remedy(RemedyKind.ShowRun, "RUN")] : [], command);

    /// <summary>
    /// The assembly of the user's own code among the frames of an error, for it alone is loaded in a context of its own;
    /// otherwise null.
    /// </summary>
    private static string? ModelAssembly(Exception error)
    {
        foreach (StackFrame frame in new StackTrace(error).GetFrames())
        {
            if (frame.GetMethod()?.Module.Assembly is { } assembly
                && AssemblyLoadContext.GetLoadContext(assembly) is { } context && context != AssemblyLoadContext.Default)
                return Path.GetFileName(assembly.Location);
        }

        return null;
    }
}
