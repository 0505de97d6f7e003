using Tessar.Methods;

namespace Tessar.Cli.Commands.Development;

/// <summary>The tables of the pages that are made from the catalogue, each between two marks.</summary>
internal static class DocsTables
{
    private const string End = "<!-- end -->";

    /// <summary>The first mark of a page's table of options.</summary>
    public const string OptionsMark = "<!-- options: generated from the catalogue, kept true by a test -->";

    /// <summary>The first mark of a lens's table of methods.</summary>
    public const string MethodsMark = "<!-- methods: generated from the catalogue, kept true by a test -->";

    /// <summary>The page of a method.</summary>
    public static string PageOf(string method) => $"docs/{method}.md";

    /// <summary>The page that lists the methods of a lens.</summary>
    public static string IndexOf(string lens) => $"docs/{lens}/README.md";

    /// <summary>The options of a method, as its page has to hold them.</summary>
    public static string Options(MethodDescription method) => Lines(
        "| option | default | allowed | what it does |", "|---|---|---|---|",
        method.Options.Select(option =>
            $"| `{option.Name}` | {Cell(option.DefaultText)} | {Cell(option.Allowed)} | {Cell(option.Help)} |"));

    /// <summary>The methods of a lens, as its page has to hold them.</summary>
    public static string Methods(IEnumerable<MethodDescription> methods) => Lines(
        "| method | what it does | needs | source |", "|---|---|---|---|",
        methods.Select(method =>
            $"| [`{method.Name}`]({method.Name.Split('/')[1]}.md) | {Cell(method.Summary)} | {Words(method.Needs)} | "
                + $"{Cell(method.Paper)} |"));

    /// <summary>The method that a row of <see cref="Methods"/> is about.</summary>
    public static string NameInRow(string row) => row.Split('`') is [_, var name, ..] ? name : row;

    /// <summary>What stands between two marks of a page.</summary>
    /// <param name="text">The page.</param>
    /// <param name="mark">The first mark.</param>
    /// <param name="page">Its name, for the message.</param>
    /// <exception cref="TessarException">The page lacks one of the marks.</exception>
    public static string Between(string text, string mark, string page)
    {
        (int from, int to) = Find(text, mark, page);
        return text[from..to];
    }

    /// <summary>The page with another table between two marks.</summary>
    /// <inheritdoc cref="Between"/>
    public static string Replace(string text, string mark, string page, string table)
    {
        (int from, int to) = Find(text, mark, page);
        return text[..from] + table + text[to..];
    }

    private static (int From, int To) Find(string text, string mark, string page)
    {
        int from = text.IndexOf(mark + "\n", StringComparison.Ordinal);
        from = from < 0 ? from : from + mark.Length + 1;
        int to = from < 0 ? -1 : text.IndexOf(End, from, StringComparison.Ordinal);
        return to >= 0 ? (from, to) : throw new TessarException(
            $"{page} has no `{mark}` with a `{End}` after it. Put both lines where the table belongs.", ErrorKind.InputData);
    }

    private static string Lines(string heading, string rule, IEnumerable<string> rows) =>
        string.Concat(rows.Prepend(rule).Prepend(heading).Select(line => line + "\n"));

    // What it needs of a run, in a word or two.
    private static string Words(MethodNeeds needs) => needs switch
    {
        MethodNeeds.Nothing => "nothing",
        MethodNeeds.LastCheckpoint => "last checkpoint",
        MethodNeeds.Checkpoints => "kept checkpoints",
        MethodNeeds.ReplayableTraining => "a training that can be replayed",
        MethodNeeds.Retraining => "more trainings",
        _ => throw new System.Diagnostics.UnreachableException($"{needs} has no words"),
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
