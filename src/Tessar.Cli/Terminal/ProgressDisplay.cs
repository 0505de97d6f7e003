using Spectre.Console;

namespace Tessar.Cli.Terminal;

/// <summary>Shows the progress of one piece of work on standard error: a bar on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class ProgressDisplay(TextWriter errors, bool quiet, TimeProvider? clock = null)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    /// <summary>Runs <paramref name="work"/> and shows what it reports under <paramref name="title"/>.</summary>
    public T Run<T>(string title, Func<IProgress<ProgressUpdate>, T> work)
    {
        TerminalStyle style = TerminalStyle.For(errors);
        if (quiet)
            return work(new Reporter(_ => { }));
        return style.IsTerminal && style.HasColor ? RunWithBar(title, style, work) : RunWithLines(title, work);
    }

    private T RunWithBar<T>(string title, TerminalStyle style, Func<IProgress<ProgressUpdate>, T> work) =>
        style.CreateConsole(errors).Progress().AutoClear(false).ExcludeVerticalPadding()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), autoStart: true, maxValue: 1);
                task.IsIndeterminate = true;
                long start = clock.GetTimestamp();
                T result = work(new Reporter(update =>
                {
                    task.IsIndeterminate = update.Total == 0;
                    task.MaxValue = Math.Max(1, update.Total);
                    task.Value = update.Done;
                    string rate = Rate(update, clock.GetElapsedTime(start));
                    task.Description = Markup.Escape($"{title}  {rate}{Detail(update)}".PadRight(48));
                }));
                task.Value = task.MaxValue;
                task.StopTask();
                return result;
            });

    private T RunWithLines<T>(string title, Func<IProgress<ProgressUpdate>, T> work)
    {
        long start = clock.GetTimestamp();
        TimeSpan next = LineInterval;
        ProgressUpdate last = default;
        T result = work(new Reporter(update =>
        {
            last = update;
            TimeSpan elapsed = clock.GetElapsedTime(start);
            if (elapsed < next)
                return;
            next = elapsed + LineInterval;
            errors.WriteLine(Line(title, update, elapsed));
        }));
        if (last.Done > 0)
            errors.WriteLine($"{title}: {Quantity.Count(last.Done)} {last.Unit} in {Quantity.Seconds(clock.GetElapsedTime(start).TotalSeconds)}{Detail(last)}");
        return result;
    }

    private static string Line(string title, ProgressUpdate update, TimeSpan elapsed)
    {
        string of = update.Total > 0 ? $" of {Quantity.Count(update.Total)}" : string.Empty;
        string left = update is { Total: > 0, Done: > 0 }
            ? $", {Quantity.Seconds(elapsed.TotalSeconds * (update.Total - update.Done) / update.Done)} left" : string.Empty;
        return $"{title}: {Quantity.Count(update.Done)}{of} {update.Unit}, {Rate(update, elapsed)}{Detail(update)}{left}";
    }

    private static string Rate(ProgressUpdate update, TimeSpan elapsed) =>
        $"{Quantity.Count((long)(update.Done / Math.Max(elapsed.TotalSeconds, 1e-3)))} {update.Unit}/s";

    private static string Detail(ProgressUpdate update) => update.Detail is null ? string.Empty : $", {update.Detail}";

    // Progress<T> would post to the thread pool and let reports arrive out of order, or after the end.
    private sealed class Reporter(Action<ProgressUpdate> report) : IProgress<ProgressUpdate>
    {
        public void Report(ProgressUpdate value) => report(value);
    }
}
