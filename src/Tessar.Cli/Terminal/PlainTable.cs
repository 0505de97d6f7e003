using Spectre.Console;

namespace Tessar.Cli.Terminal;

/// <summary>Tables without lines: a bold heading and columns two spaces apart, as easy to read as to cut.</summary>
internal static class PlainTable
{
    public static Table Create(params string[] headings)
    {
        Table table = new Table().Border(TableBorder.None);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn($"[bold]{Markup.Escape(Printable.Text(heading))}[/]")
            {
                NoWrap = true,
                Padding = new Padding(0, 0, 2, 0)
            });
        return table;
    }

    /// <summary>The cells of a row, absent values as a dash.</summary>
    public static string[] Cells(params string?[] cells) => [.. cells.Select(cell => Markup.Escape(Printable.Text(cell ?? "–")))];

    /// <summary>Names with their values, one to a line.</summary>
    public static Table OfFacts(IEnumerable<(string Name, string Value)> facts)
    {
        Table table = new Table().Border(TableBorder.None).HideHeaders();
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        table.AddColumn(new TableColumn(string.Empty));
        foreach ((string name, string value) in facts)
            table.AddRow($"[bold]{Markup.Escape(Printable.Text(name))}[/]", Markup.Escape(Printable.Text(value)));
        return table;
    }
}
