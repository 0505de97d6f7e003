using System.Text;

namespace Tessar.Cli.Terminal;

/// <summary>
/// Writes the lines of a command, whose words may come from data, with nothing in them that a terminal would obey.
/// </summary>
/// <param name="target">Where they go.</param>
internal sealed class EscapingWriter(TextWriter target) : TextWriter
{
    public override Encoding Encoding => target.Encoding;

    public override void Write(char value) => target.Write(Printable.Lines(value.ToString()));

    /// <summary>Text that may have lines of its own.</summary>
    public override void Write(string? value) => target.Write(Printable.Lines(value ?? string.Empty));

    public override void WriteLine() => target.Write('\n');

    /// <summary>One line: a line end within it came with data.</summary>
    public override void WriteLine(string? value) => target.Write(Printable.Text(value ?? string.Empty) + '\n');

    /// <summary>A line of a picture, colors and all; its captions are made safe where they are written.</summary>
    public void Draw(string line) => target.Write(line + '\n');
}
