using System.Reflection;
using Tessar.Cli.Commands;
using Tessar.Training.Retraining;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;
using CommandLine = Tessar.Cli.Parsing.CommandLine;

namespace Tessar.Tests.Processes;

/// <summary>
/// Runs the tests, or, when called as <c>--scenario NAME ARGUMENT…</c>, one scenario. It is also what a command line within this
/// process takes for its own program and starts as a worker.
/// </summary>
internal static class EntryPoint
{
    public const string Switch = "--scenario";

    public static async Task<int> Main(string[] args)
    {
        if (args is [Switch, string name, ..])
        {
            return RunScenario(name, args[2..]);
        }

        if (args is [WorkerCommand.Verb, ..])
            return CommandLine.Run(CommandTable.Root(), args, Console.Out, Console.Error);
        return args.Any(argument => argument is "-automated" or "@@")
            ? await ConsoleRunner.Run(args).ConfigureAwait(false)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            .ConfigureAwait(false);
    }

    /// <summary>Ends with the exit codes of the command line; a message goes to standard error.</summary>
    private static int RunScenario(string name, string[] arguments)
    {
        MethodInfo scenario = typeof(EntryPoint).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Single(method => method.GetCustomAttribute<ScenarioAttribute>()?.Name == name);
        try
        {
            scenario.CreateDelegate<Action<string[]>>()(arguments);
            return 0;
        }
        catch (TessarException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.Kind switch
            {
                ErrorKind.Usage => 2,
                ErrorKind.InputData => 3,
                ErrorKind.Environment => 4,
                _ => 1,
            };
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }
}
