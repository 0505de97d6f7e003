using System.Collections;
using Tessar.Cli.Parsing;

namespace Tessar.Cli.Parsing;

/// <summary>The variables that begin with TESSAR_: each is read by something, or an error.</summary>
internal static class EnvironmentVariables
{
    private const string Prefix = "TESSAR_";

    /// <summary>Those that aren't settings, with what reads them.</summary>
    public static IReadOnlyDictionary<string, string> Others { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["TESSAR_CHROMIUM"] = "the browser that `./test` uses",
            ["TESSAR_COMMAND"] = "what the tool calls itself in the commands it suggests",
            ["TESSAR_DATA"] = "folder where data sets are looked for by name",
            [KnownMethods.Variable] = "assemblies with methods of your own, separated as paths are",
            ["TESSAR_MUTATIONS"] = "how many damaged inputs the tests try",
            ["TESSAR_PARENT"] = "`stdin` ends the tool with the program that started it",
            ["TESSAR_PROGRESS"] = "`json` reports progress and errors as lines of JSON on standard error",
            ["TESSAR_ROOT"] = "a checkout, for build files of your own that refer to it",
            ["TESSAR_STUDY"] = "which studies the tests run",
            ["TESSAR_STUDY_SECONDS"] = "how long they may take",
            ["TESSAR_TUNING"] = "`off` leaves the settings of the C runtime alone",
        };

    /// <summary>Refuses names that nothing reads, all at once: a mistyped one would be ignored without a word.</summary>
    /// <param name="known">The settings of all commands; a variable for another command than this one's is fine.</param>
    /// <exception cref="TessarException">There are such names.</exception>
    public static void RefuseUnknown(IEnumerable<Setting> known)
    {
        string[] given = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !Others.ContainsKey(name))
            .Order(StringComparer.Ordinal)];
        if (given.Length == 0)
            return;
        string[] names = [.. known.Select(setting => setting.EnvironmentVariable).Concat(Others.Keys)];
        string[] unknown = [.. given.Except(names, StringComparer.Ordinal)];
        if (unknown.Length == 0)
            return;
        throw new TessarException(
            string.Join(
                ' ',
                unknown.Select(name =>
                    $"The environment variable {name} is set, but nothing reads it.{NearestName.Hint(name, names)}"))
            + " Correct its name, or unset it.", ErrorKind.Usage);
    }
}
