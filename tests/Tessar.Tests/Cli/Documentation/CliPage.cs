using System.CommandLine;
using System.Globalization;
using System.Text;
using Tessar.Cli.Commands;
using Tessar.Cli.Parsing;

namespace Tessar.Tests.Cli.Documentation;

/// <summary>Writes docs/cli.md: the frame by hand, the commands from the parser, the JSON from the records.</summary>
internal static class CliPage
{
    private const string Introduction = """
        # The command line

        Commands and tables on this page are generated from the program; a test keeps them true.

        ## What holds for every command

        **Streams.** The result goes to standard output, progress and remarks to standard error. On a terminal progress is a bar
        with rate and remaining time; elsewhere it is a plain line every ten seconds. `--quiet` leaves only the result. Colours
        appear on terminals only; `NO_COLOR=1` turns them off, and pictures are then drawn with characters.

        **`--json`** prints exactly one object on standard output and nothing else there, whatever the command. `schema` is 1 and
        grows when a field changes its meaning or goes away; new fields may come at any time. Times are in seconds, sizes in
        bytes, accuracies and fractions in [0, 1], paths absolute; a value that doesn't exist is left out. `serve` prints its
        object once the server answers. After an error nothing is printed on standard output: the exit code and the line on
        standard error are the answer.

        **Exit codes.**

        | code | meaning |
        |---|---|
        | 0 | done |
        | 1 | a mistake in Tessar itself |
        | 2 | the request can't be carried out as it was put: command, option, value, range |
        | 3 | a run, file, data set or model that can't be used |
        | 4 | the machine lacks something: a native library, memory, disk space, a free port |
        | 5 | the work was done, but what it was to confirm did not hold: `replay` found other bits |
        | 130 | stopped by Ctrl-C or a termination signal |

        **Errors** are one line on standard error, red on a terminal: what is wrong, the value, what is required, what to do, and where
        there is something to type, `Next:` with the option or the command. `--verbose` adds the trace.

        **Nothing that is given is ignored.** An option that would mean nothing in a call is an error: `--patch-class` without `--patch`,
        `--force` without a file to write. So are numbers that no number comes near (`1e-400`), unknown keys of `tessar.json`, those of
        methods among them, and variables that begin with `TESSAR_` and that nothing reads. `--seed` and `--threads` belong to every command
        and matter where something is drawn or computed; what goes on with a recorded program (`train --resume`, `replay`) refuses them.

        **Files that are written where you say** have the ending of their kind, never replace a file that the call reads, by whatever name or
        link, and replace any other only with `--force`.

        **Text that comes with data**, such as names of classes, is printed without anything a terminal would obey: control characters and
        marks that turn the direction of text are written out, `\e`, `\n`, `\u202e`. In a `.csv` a name that a spreadsheet would take for a
        formula (it begins with `=`, `+`, `-`, `@`, a tab or a line end) gets an apostrophe in front; `--raw-cells` leaves it as it is.

        **Ctrl-C** once saves and stops: a training run keeps a checkpoint and goes on with `tessar train --resume`, features
        that were computed stay on the disk. Twice ends the process at once.

        **Settings.** An option can also stand in the environment or in `tessar.json` of the current folder (comments allowed);
        the first of these wins: command line, environment, file, default. Unknown keys and wrong values are errors, all of them
        reported together. What took effect is recorded in the run. A JSON schema for editors lies beside this page:
        [tessar.schema.json](tessar.schema.json).

        ```jsonc
        {
          "$schema": "docs/tessar.schema.json",
          "runs": "/data/runs",
          "train": { "epochs": 20, "optimizer": { "name": "sgd", "learning-rate": 0.05 } },
          "methods": { "data/trak": { "damping": 0.3 } } // options of a method, for every command that uses it
        }
        ```

        The variable of a key is `TESSAR_` and the key in capitals, `.` as `__` and `-` as `_`:
        `TESSAR_TRAIN__OPTIMIZER__LEARNING_RATE`. The other variables:

        VARIABLES

        Methods of your own are listed, explained and run like those of Tessar: [own methods](own-methods.md).

        **Ranges of examples** are `split:from-to`, both ends included: `train:0-1999`, `test:7`, `test`.

        """;

    public static string Write()
    {
        var root = CommandTable.Root();
        string variables = "| variable | what it is |\n|---|---|\n"
            + string.Join('\n', EnvironmentVariables.Others.Select(variable => $"| `{variable.Key}` | {Cell(variable.Value)} |"));
        var page = new StringBuilder(Introduction.Replace("VARIABLES", variables, StringComparison.Ordinal));
        page.Append("\n| option of every command | meaning | default | key |\n|---|---|---|---|\n");
        foreach (Option option in root.Options)
            OptionRow(page, option, root.Global.Settings);
        page.Append("\n## Commands\n\n| command | does |\n|---|---|\n");
        foreach (TessarCommand command in root.AllCommands)
            page.Append(CultureInfo.InvariantCulture, $"| [`{Path(command)}`](#{Anchor(command)}) | {command.Description} |\n");
        foreach (TessarCommand command in root.AllCommands)
            Command(page, command);
        return page.ToString().TrimEnd() + "\n";
    }

    private static void Command(StringBuilder page, TessarCommand command)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## tessar {Path(command)}\n\n{command.Description}.\n\n```\n");
        foreach ((string line, string meaning) in command.Examples)
            page.Append(CultureInfo.InvariantCulture, $"# {meaning}\ntessar {line}\n");
        page.Append("```\n\n");
        if (command.Arguments.Count + command.Options.Count > 0)
        {
            page.Append("| option | meaning | default | key |\n|---|---|---|---|\n");
            foreach (Argument argument in command.Arguments)
                page.Append(CultureInfo.InvariantCulture, $"| `{argument.Name}` | {Cell(argument.Description)} | | |\n");
            foreach (Option option in command.Options)
                OptionRow(page, option, command.Settings);
            foreach (Setting setting in command.Settings.Where(setting => setting.Option is null))
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| `--set {HelpText.ShortKey(command, setting)}=` | {Cell(setting.Help)} | {setting.DefaultText} | "
                        + $"`{setting.Key}` |\n");
            page.Append('\n');
        }
        page.Append("| JSON field | type | meaning |\n|---|---|---|\n");
        foreach ((string field, string type, string meaning) in JsonFields.Of(command.Result).Where(row => row.Field != "schema"))
            page.Append(CultureInfo.InvariantCulture, $"| `{field}` | {type} | {Cell(meaning)} |\n");
    }

    private static void OptionRow(StringBuilder page, Option option, IReadOnlyList<Setting> settings)
    {
        Setting? setting = settings.FirstOrDefault(candidate => candidate.Option == option);
        string value = option.HelpName is { } name ? $" {name.Replace("|", "\\|", StringComparison.Ordinal)}" : string.Empty;
        string names = string.Join(
            ", ",
            option.Aliases.Append(option.Name).Select(alias => $"`{alias}{(alias == option.Name ? value : string.Empty)}`"));
        page.Append(CultureInfo.InvariantCulture,
            $"| {names} | {Cell(option.Description)}{(option.Required ? " (required)" : string.Empty)} | {setting?.DefaultText} "
                + $"| {(setting is null ? string.Empty : $"`{setting.Key}`")} |\n");
    }

    private static string Cell(string? text) => (text ?? string.Empty).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Path(Command command) =>
        command.Parents.First() is TessarRoot ? command.Name : $"{command.Parents.First().Name} {command.Name}";

    private static string Anchor(Command command) => "tessar-" + Path(command).Replace(' ', '-');
}
