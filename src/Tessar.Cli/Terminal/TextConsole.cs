using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tessar.Cli.Terminal;

/// <summary>
/// The console that commands write to: tables keep their styles, words from data lose what a terminal would obey.
/// </summary>
internal sealed class TextConsole : IAnsiConsole
{
    private readonly IAnsiConsole _inner;

    /// <summary>Writes to a stream with a verdict on its colors and width.</summary>
    public TextConsole(TerminalStyle style, TextWriter stream)
    {
        _inner = style.CreateConsole(stream);
        Profile = new Profile(new AnsiConsoleOutput(new EscapingWriter(stream)), _inner.Profile.Capabilities, stream.Encoding)
        {
            Width = style.Width
        };
    }

    public Profile Profile { get; }

    public IAnsiConsoleCursor Cursor => _inner.Cursor;

    public IAnsiConsoleInput Input => _inner.Input;

    public IExclusivityMode ExclusivityMode => _inner.ExclusivityMode;

    public RenderPipeline Pipeline => _inner.Pipeline;

    public void Clear(bool home) => _inner.Clear(home);

    public void Write(IRenderable renderable) => _inner.Write(renderable);

    public void WriteAnsi(Action<AnsiWriter> action) => _inner.WriteAnsi(action);
}

/// <summary>Takes out of everything rendered what a terminal would obey; styles are added later and stay.</summary>
internal sealed class EscapingHook : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(inner => new Escaped(inner));

    private sealed class Escaped(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(Safe);

        private static Segment Safe(Segment segment) =>
            segment.IsControlCode || segment.IsLineBreak || !segment.Text.Any(Printable.IsRisky)
            ? segment : new Segment(Printable.Lines(segment.Text), segment.Style, segment.Link);
    }
}

/// <summary>Lines and pictures on a console.</summary>
internal static class TextConsoleExtensions
{
    /// <summary>One line, broken at words where the console ends.</summary>
    public static void Line(this IAnsiConsole console, string text = "") => console.WriteLine(Printable.Text(text));

    /// <summary>The lines of pictures and their captions.</summary>
    public static void Draw(this TextWriter output, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            if (output is EscapingWriter safe)
                safe.Draw(line);
            else
                output.WriteLine(line);
        }
    }
}
