using Tessar.Cli.Terminal;
using Tessar.Examples;

namespace Tessar.Cli.Commands;

/// <summary>Hands the library's reports of progress to the display. Synchronous: <see cref="Progress{T}"/> would lose their order.</summary>
internal static class Translate
{
    public static IProgress<ImportProgress> Import(IProgress<ProgressUpdate> display) =>
        new Adapter<ImportProgress>(display, update => new ProgressUpdate(update.Done, update.Total, "examples"));

    public static IProgress<long> Bytes(IProgress<ProgressUpdate> display, long total) =>
        new Adapter<long>(display, done => new ProgressUpdate(done >> 20, total >> 20, "MiB"));

    private sealed class Adapter<T>(IProgress<ProgressUpdate> display, Func<T, ProgressUpdate> translate) : IProgress<T>
    {
        public void Report(T value) => display.Report(translate(value));
    }
}
