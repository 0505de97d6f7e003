using Spectre.Console;

namespace Tessar.Cli.Terminal;

/// <summary>What a text stream can show: colours and how many, and how wide it is.</summary>
internal sealed record TerminalStyle(bool IsTerminal, ColorDepth Depth, int Width)
{
    private const int WidthOfFiles = 160;

    public bool HasColor => Depth != ColorDepth.None;

    /// <summary>Looks at the stream and at NO_COLOR, TERM and COLORTERM.</summary>
    public static TerminalStyle For(TextWriter stream)
    {
        bool isTerminal = stream == Console.Out
            ? !Console.IsOutputRedirected
            : stream == Console.Error && !Console.IsErrorRedirected;
        return new TerminalStyle(
            isTerminal, isTerminal ? DepthOf(Environment.GetEnvironmentVariable) : ColorDepth.None,
            isTerminal ? WindowWidth() : WidthOfFiles);
    }

    /// <summary>The colours that the environment promises for a terminal (no-color.org; COLORTERM as terminals set it).</summary>
    public static ColorDepth DepthOf(Func<string, string?> environment)
    {
        if (environment("NO_COLOR") is { Length: > 0 } || environment("TERM") is null or "" or "dumb")
            return ColorDepth.None;
        return environment("COLORTERM") is "truecolor" or "24bit" ? ColorDepth.TrueColor : ColorDepth.Palette256;
    }

    /// <summary>A console of Spectre for the stream, with our own verdict on its colours and width.</summary>
    public IAnsiConsole CreateConsole(TextWriter stream)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(stream),
            Ansi = HasColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Depth switch
            {
                ColorDepth.TrueColor => ColorSystemSupport.TrueColor,
                ColorDepth.Palette256 => ColorSystemSupport.EightBit,
                _ => ColorSystemSupport.NoColors,
            },
            Interactive = IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Width = Width;
        console.Pipeline.Attach(new EscapingHook());
        return console;
    }

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is var width and > 20 ? width : 80;
        }
        catch (IOException)
        {
            return 80; // a terminal that doesn't tell its size
        }
    }
}

/// <summary>How many colours a terminal shows.</summary>
internal enum ColorDepth
{
    None,
    Palette256,
    TrueColor,
}
