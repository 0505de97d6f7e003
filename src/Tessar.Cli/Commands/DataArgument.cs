using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>What several commands do with data.</summary>
internal static class DataArgument
{
    /// <summary>Opens a data set by name or path, with progress when it has to be converted first.</summary>
    public static ExampleStore Open(Invocation call, string nameOrPath) =>
        call.Progress.RunQuickly(progress =>
            DataCatalog.Open(nameOrPath, ProgressTranslation.Import(progress), call.Cancellation));

    /// <summary>The picture of an example.</summary>
    public static TerminalImage ImageOf(ExampleSet examples, int index)
    {
        ImageShape shape = examples.Store.ImageOf(examples.Row(index)).Shape;
        byte[] pixels = new byte[shape.Size];
        examples.ReadImage(index, shape, pixels);
        return new TerminalImage(pixels, shape.Height, shape.Width, shape.Channels);
    }
}
