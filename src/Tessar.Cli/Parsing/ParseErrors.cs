using System.CommandLine;
using System.CommandLine.Parsing;

namespace Tessar.Cli.Parsing;

/// <summary>Turns what the parser objects to into a sentence with the nearest valid name and the next command to type.</summary>
internal static class ParseErrors
{
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = PathOf(parsed.CommandResult);
        return $"{Objection(parsed, command, path)} See `{path} --help`.";
    }

    private static string Objection(ParseResult parsed, Command command, string path)
    {
        if (parsed.UnmatchedTokens is [{ } token, ..])
        {
            if (token.StartsWith('-'))
                return $"`{token}` is not an option of `{path}`.{NearestName.Hint(token, OptionNames(parsed.CommandResult))}";
            if (command.Subcommands.Count > 0)
                return $"`{token}` is not a "
                    + $"command.{NearestName.Hint(token, command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}";
            return $"`{path}` doesn't know what to do with `{token}`.";
        }
        ParseError error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            CommandResult { Command.Subcommands.Count: > 0 } =>
                $"`{path}` needs one of {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}.",
            ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => MissingValue(option.Option),
            ArgumentResult { Tokens.Count: 0 } missing =>
                $"`{path}` needs {missing.Argument.Name}: {missing.Argument.Description}.",
            OptionResult { Tokens.Count: 0 } option => MissingValue(option.Option),
            OptionResult { IdentifierTokenCount: > 1 } option =>
                $"`{option.Option.Name}` is given {option.IdentifierTokenCount} times; required is once.",
            CommandResult when command.Arguments.FirstOrDefault(argument =>
                parsed.GetResult(argument) is null or { Tokens.Count: 0 }) is { } absent =>
                $"`{path}` needs {absent.Name}: {absent.Description}.",
            _ => error.Message.Replace('\'', '`'),
        };
    }

    private static string MissingValue(Option option) =>
        $"`{option.Name}` needs a value: {option.Name} {option.HelpName ?? "VALUE"}.";

    /// <summary>The words that lead to a command: "tessar examples import".</summary>
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : CommandLine.ProgramName;

    private static IEnumerable<string> OptionNames(CommandResult? result)
    {
        for (CommandResult? at = result; at is not null; at = at.Parent as CommandResult)
        {
            foreach (Option option in at.Command.Options)
                yield return option.Name;
        }
    }
}
