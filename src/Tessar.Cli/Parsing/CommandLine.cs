using System.CommandLine;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Parsing;

/// <summary>From the words of a command line to an exit code. Nothing leaves <see cref="Run"/> as an exception.</summary>
internal static class CommandLine
{
    /// <summary>
    /// The command as the user typed it, so that the commands we print can be copied: `tessar`, or the path of the checkout's
    /// script.
    /// </summary>
    public static string ProgramName { get; } = Environment.GetEnvironmentVariable("TESSAR_COMMAND") is { Length: > 0 } typed
        ? typed
        : "tessar";

    public static int Run(TessarRoot root, string[] arguments, TextWriter output, TextWriter errors)
    {
        ParseResult parsed = root.Parse(
            arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        bool verbose = parsed.GetValue(root.Global.Verbose);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
                throw new TessarException(ParseErrors.Describe(parsed), ErrorKind.Usage);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // Interrupts decides what Ctrl-C does
            });
        }
#pragma warning disable CA1031 // the one place where every error becomes a sentence and an exit code
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Report(error, verbose, errors, parsed, root);
        }
    }

    private static int Report(Exception error, bool verbose, TextWriter errors, ParseResult parsed, TessarRoot root)
    {
        // The value itself can't be asked for when the line is wrong.
        string? runs = parsed.GetResult(root.Global.Runs.Option!) is { Implicit: false, Tokens: [var folder] }
            ? folder.Value
            : null;
        (int code, string text) = ErrorSentence.Of(error, parsed.CommandResult.Command, runs);
        string line = Printable.Text(text.ReplaceLineEndings(" ").Trim());
        if (ProgressLines.AreWanted && ErrorSentence.Told(error) is { } told)
            errors.WriteLine(told.ToJson());
        bool paint = TerminalStyle.For(errors).HasColor && code != ExitCode.Interrupted;
        errors.WriteLine(paint ? $"\e[31m{line}\e[0m" : line);
        if (verbose)
            errors.WriteLine(Printable.Lines(error.ToString()));
        return code;
    }
}
