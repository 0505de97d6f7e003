using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tessar.Cli.Commands;
using Tessar.Cli.Terminal;

namespace Tessar.Cli.Parsing;

/// <summary>
/// The help of the program and of each command. Plain text: it has to stand within 300 ms of the process's start.
/// </summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int Indent = 2;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) =>
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);

    public static int Write(Command command, TextWriter output)
    {
        var page = new Page(output);
        string name = PathOf(command);
        page.Line(command is RootCommand
            ? $"Tessar. {command.Description}"
            : $"{name}: {LowerFirst(command.Description ?? string.Empty)}");
        page.Heading("Usage");
        page.Line($"  {name}{Usage(command)}");
        if (command is TessarRoot root)
        {
            foreach (IGrouping<string, Command> group in root.Subcommands.Where(sub => !sub.Hidden)
                .GroupBy(GroupOf, StringComparer.Ordinal))
                page.Section(group.Key, [.. group.Select(sub => (sub.Name, sub.Description ?? string.Empty))]);
            page.Section("Options of every command", [.. command.Options.Select(Row)]);
            page.Line();
            page.Line($"Help on one command: {CommandLine.ProgramName} train --help. Start with: {CommandLine.ProgramName} demo");
            return ExitCode.Success;
        }
        page.Section(
            "Arguments", [.. command.Arguments.Select(argument => (argument.Name, argument.Description ?? string.Empty))]);
        page.Section("Commands", [.. command.Subcommands.Select(sub => (sub.Name, sub.Description ?? string.Empty))]);
        page.Section("Options", [.. command.Options.Where(option => option is not HelpOption).Select(Row)]);
        if (command is TessarCommand own)
        {
            if (own.PassesKeysToMethod)
                page.Section("Methods", [.. own.Methods().Select(method => (method.Name, method.Summary))]);
            page.Section(
                "Keys for --set",
                [.. own.Settings.Where(setting => setting.Option is null)
                    .Select(setting => (ShortKey(own, setting), Describe(setting.Help, setting.DefaultText)))]);
            page.Section(
                "Examples", [.. own.Examples.Select(example => ($"{CommandLine.ProgramName} {example.Line}", example.Meaning))],
                stacked: true);
        }
        foreach (TessarCommand sub in command.Subcommands.OfType<TessarCommand>())
            page.Section(
                $"Example of {sub.Name}",
                [.. sub.Examples.Select(example => ($"{CommandLine.ProgramName} {example.Line}", example.Meaning))],
                stacked: true);
        page.Line();
        page.Line("Every command also takes --json, --quiet, --verbose, --runs DIR, --seed N, --threads N.");
        return ExitCode.Success;
    }

    /// <summary>
    /// The key as `--set` takes it: without the command's own name in front, and `augment` for `train.augment.names`, which in
    /// tessar.json stands beside the numbers of what it names.
    /// </summary>
    public static string ShortKey(TessarCommand command, Setting setting)
    {
        string key = setting.Key.StartsWith(command.Name + ".", StringComparison.Ordinal)
            ? setting.Key[(command.Name.Length + 1)..]
            : setting.Key;
        string last = key.Split('.')[^1];
        return setting.Option is null && last is "name" or "names" && key.Length > last.Length ? key[..^(last.Length + 1)] : key;
    }

    private static string GroupOf(Command command) =>
        (command as TessarCommand ?? command.Subcommands.OfType<TessarCommand>().FirstOrDefault())?.Group ?? string.Empty;

    private static string PathOf(Command command) =>
        command is RootCommand ? CommandLine.ProgramName : $"{PathOf((Command)command.Parents.First())} {command.Name}";

    private static string Usage(Command command)
    {
        if (command.Subcommands.Count > 0)
            return " <command> [options]";
        IEnumerable<string> arguments = command.Arguments.Select(argument =>
            argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
        IEnumerable<string> required = command.Options.Where(option => option.Required)
            .Select(option => $" {option.Name} {option.HelpName}");
        return string.Concat(arguments.Concat(required)) + " [options]";
    }

    private static (string, string) Row(Option option)
    {
        string names = string.Join(", ", option.Aliases.Append(option.Name));
        string value = option.HelpName is { } name ? $" {name}" : string.Empty;
        Setting? setting = option.Parents.OfType<TessarCommand>().SelectMany(command => command.Settings)
            .Concat(option.Parents.OfType<TessarRoot>().SelectMany(root => root.Global.Settings))
            .FirstOrDefault(candidate => candidate.Option == option);
        return (names + value, Describe(option.Description ?? string.Empty, setting?.DefaultText));
    }

    private static string Describe(string help, string? defaultText) =>
        defaultText is null ? help : $"{help} (default {defaultText})";

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    /// <summary>Writes sections whose right column lines up and wraps at the width of the terminal.</summary>
    private sealed class Page(TextWriter output)
    {
        private readonly TerminalStyle _style = TerminalStyle.For(output);

        public void Line(string text = "") => output.WriteLine(text);

        public void Heading(string title)
        {
            Line();
            Line(_style.HasColor ? $"\e[1m{title}\e[0m" : title);
        }

        public void Section(string title, IReadOnlyList<(string Left, string Right)> rows, bool stacked = false)
        {
            if (rows.Count == 0)
                return;
            Heading(title);
            int left = stacked ? Indent + 2 : Math.Min(34, rows.Max(row => row.Left.Length)) + Indent + 2;
            foreach ((string name, string meaning) in rows)
            {
                string head = new string(' ', Indent) + name;
                bool ownLine = stacked || head.Length + 2 > left;
                if (ownLine)
                    Line(head);
                string prefix = ownLine ? new string(' ', left) : head.PadRight(left);
                foreach (string part in TextWrap.Lines(meaning, Math.Max(30, _style.Width - left)))
                {
                    Line(prefix + part);
                    prefix = new string(' ', left);
                }
            }
        }
    }
}
