using Spectre.Console;
using Tessar.Cli.Terminal;

namespace Tessar.Tests.Cli.Terminal;

/// <summary>Text that came with data, where a terminal would obey it.</summary>
public sealed class PrintableTests
{
    private const string Nasty = "a\e[2Jb\nc\u009bd\u202ee\u2066f\u0007g\th";
    private const string Safe = @"a\e[2Jb\nc\u009bd\u202ee\u2066f\u0007g\th";
    private static readonly TerminalStyle _colored = new(IsTerminal: true, ColorDepth.TrueColor, 200);

    [Fact]
    public void Characters_that_a_terminal_obeys_are_written_out() => Assert.Equal(Safe, Printable.Text(Nasty));

    [Theory]
    [InlineData("plain")]
    [InlineData("é 猫 𝛉 – … ‘quoted’ 👩‍👩‍👧")]
    [InlineData("[bold]a\\b{0}%s")]
    public void Other_text_stays_as_it_is(string text)
    {
        Assert.Equal(text, Printable.Text(text));
        Assert.Equal(text, Printable.Json(text));
    }

    [Fact]
    public void Json_keeps_its_values()
    {
        string json = Printable.Json("{\"name\":\"a\u202eb\"}");
        Assert.Equal("{\"name\":\"a\\u202eb\"}", json);
        using var document = System.Text.Json.JsonDocument.Parse(json);
        Assert.Equal("a\u202eb", document.RootElement.GetProperty("name").GetString());
    }

    // Every way in which a command writes: lines, wrapped lines, tables with their headings and facts, pictures with captions.
    [Fact]
    public void A_command_writes_names_of_data_with_nothing_to_obey_and_keeps_its_own_styles()
    {
        using var text = new StringWriter();
        var console = new TextConsole(_colored, text);
        console.Profile.Out.Writer.WriteLine(Nasty);
        console.Profile.Out.Writer.Write(Nasty.Replace("\n", string.Empty, StringComparison.Ordinal) + "\n");
        console.Line(Nasty);
        Table table = PlainTable.Create(Nasty);
        table.AddRow(PlainTable.Cells(Nasty));
        console.Write(table);
        console.Write(PlainTable.OfFacts([(Nasty, Nasty)]));
        console.Write(new Text("raw" + Nasty.Replace("\n", string.Empty, StringComparison.Ordinal)));
        console.Profile.Out.Writer.Draw(ImageStrip.Lines([(new TerminalImage(new byte[32 * 32], 32, 32, 1), [Nasty])], _colored));
        string written = text.ToString();
        Assert.DoesNotContain("\e[2J", written, StringComparison.Ordinal);
        Assert.Contains("\e[1m", written, StringComparison.Ordinal); // a heading
        Assert.Contains("\e[38;2;0;0;0;48;2;0;0;0m", written, StringComparison.Ordinal); // a pixel
        Assert.All(written, c => Assert.True(c is '\n' or '\e' || !Printable.IsRisky(c), $"U+{(int)c:x4}"));
    }

    [Fact]
    public void Progress_and_tables_of_one_line_stay_one_line()
    {
        using var errors = new StringWriter();
        new ProgressDisplay(errors, quiet: false).Run(progress =>
        {
            progress.Report(new ProgressUpdate("Stage\n\e[31m", 1, 1, "units"));
            return 0;
        });
        Assert.DoesNotContain('\e', errors.ToString());
        Assert.Single(errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
