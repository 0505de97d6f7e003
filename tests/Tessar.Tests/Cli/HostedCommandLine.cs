using System.Text;
using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;
using Tessar.Native;
using Tessar.Tests.Processes;
using Variables = System.Collections.Generic.IReadOnlyDictionary<string, string?>;

namespace Tessar.Tests.Cli;

/// <summary>
/// The command line within this process, for what needs no process of its own: no start, no second libtorch, nothing compiled
/// twice. Folder, variables and threads are the process's for the time of the call; the suite runs one test at a time.
/// </summary>
internal static class HostedCommandLine
{
    public static ChildResult Run(string[] arguments, Variables environment, string folder)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        // progress comes from other threads
        TextWriter toOutput = TextWriter.Synchronized(output), toErrors = TextWriter.Synchronized(errors);
        string before = System.Environment.CurrentDirectory;
        int threads = TorchThreads.Current;
        Dictionary<string, string?> variables = environment.Keys.ToDictionary(
            name => name, System.Environment.GetEnvironmentVariable, StringComparer.Ordinal);
        (TextWriter consoleOut, TextWriter consoleError) = (Console.Out, Console.Error);
        try
        {
            Set(environment);
            System.Environment.CurrentDirectory = folder;
            // Whatever bypasses the writers that the commands are given is a part of what the user sees.
            Console.SetOut(new Passage(toOutput));
            Console.SetError(new Passage(toErrors));
            return new ChildResult(
                CommandLine.Run(CommandTable.Root(), arguments, toOutput, toErrors), output.ToString(), errors.ToString());
        }
        finally
        {
            Console.SetOut(consoleOut);
            Console.SetError(consoleError);
            System.Environment.CurrentDirectory = before;
            Set(variables);
            TorchThreads.Set(threads);
        }
    }

    private static void Set(Variables variables)
    {
        foreach ((string name, string? value) in variables)
            System.Environment.SetEnvironmentVariable(name, value);
    }

    // Another object than the writer of the command, which would take itself for the terminal if it were the console's.
    private sealed class Passage(TextWriter to) : TextWriter
    {
        public override Encoding Encoding => to.Encoding;

        public override void Write(char value) => to.Write(value);

        public override void Write(string? value) => to.Write(value);

        public override void Write(char[] buffer, int index, int count) => to.Write(buffer, index, count);
    }
}
