using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tessar.Cli.Terminal;

/// <summary>
/// Shows the progress of work on standard error: a bar for each stage on a terminal, a line every ten seconds elsewhere.
/// </summary>
internal sealed class ProgressDisplay(TextWriter errors, bool quiet, TimeProvider? clock = null)
{
    private static readonly TimeSpan _lineInterval = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Runs work that mostly has nothing to report: no bar, which would leave an empty line.</summary>
    public T RunQuickly<T>(Func<IProgress<ProgressUpdate>, T> work) =>
        quiet ? work(new Reporter(_ => { })) : ProgressLines.AreWanted ? RunForAProgram(work) : RunWithLines(work);

    /// <summary>Runs <paramref name="work"/> and shows what it reports.</summary>
    public T Run<T>(Func<IProgress<ProgressUpdate>, T> work)
    {
        TerminalStyle style = TerminalStyle.For(errors);
        if (quiet)
            return work(new Reporter(_ => { }));
        if (ProgressLines.AreWanted)
            return RunForAProgram(work);
        return style.IsTerminal && style.HasColor ? RunWithBars(style, work) : RunWithLines(work);
    }

    private T RunForAProgram<T>(Func<IProgress<ProgressUpdate>, T> work)
    {
        var lines = new ProgressLines(errors, _clock);
        T result = work(lines);
        lines.Finish();
        return result;
    }

    private T RunWithBars<T>(TerminalStyle style, Func<IProgress<ProgressUpdate>, T> work)
    {
        IAnsiConsole console = style.CreateConsole(errors);
        using var patience = new Patience(_clock, console.WriteLine);
        return console.Progress().AutoClear(false).ExcludeVerticalPadding()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = Math.Clamp(style.Width - 75, 8, 30) },
                new PercentageColumn(), new RemainingTimeColumn(), new DetailColumn())
            .Start(context =>
            {
                ProgressTask? task = null;
                string stage = string.Empty;
                long start = 0;
                T result = work(new Reporter(update =>
                {
                    patience.Heard();
                    if (task is null || stage != update.Stage)
                    {
                        Finish(task);
                        (task, stage, start) = (
                            context.AddTask($"{Markup.Escape(update.Stage),-10}"), update.Stage, _clock.GetTimestamp());
                    }
                    task.IsIndeterminate = update.Total == 0;
                    task.MaxValue = Math.Max(1, update.Total);
                    task.Value = update.Done;
                    task.Tag = $"{Rate(update, _clock.GetElapsedTime(start))}{Detail(update)}";
                }));
                Finish(task);
                return result;
            });
    }

    private static void Finish(ProgressTask? task)
    {
        if (task is null)
            return;
        task.IsIndeterminate = false;
        task.Value = task.MaxValue;
        task.StopTask();
    }

    private T RunWithLines<T>(Func<IProgress<ProgressUpdate>, T> work)
    {
        long start = _clock.GetTimestamp();
        TimeSpan next = _lineInterval;
        ProgressUpdate last = default;
        using var patience = new Patience(_clock, errors.WriteLine);
        T result = work(new Reporter(update =>
        {
            patience.Heard();
            if (last.Stage is not null && last.Stage != update.Stage)
            {
                errors.WriteLine(Printable.Text(Summary(last, _clock.GetElapsedTime(start))));
                (start, next) = (_clock.GetTimestamp(), _lineInterval);
            }
            last = update;
            TimeSpan elapsed = _clock.GetElapsedTime(start);
            if (elapsed < next)
                return;
            next = elapsed + _lineInterval;
            errors.WriteLine(Printable.Text(Line(update, elapsed)));
        }));
        if (last.Stage is not null)
            errors.WriteLine(Printable.Text(Summary(last, _clock.GetElapsedTime(start))));
        return result;
    }

    private static string Line(ProgressUpdate update, TimeSpan elapsed)
    {
        string of = update.Total > 0 ? $" of {Quantity.Count(update.Total)}" : string.Empty;
        string left = update is { Total: > 0, Done: > 0 }
            ? $", {Quantity.Seconds(elapsed.TotalSeconds * (update.Total - update.Done) / update.Done)} left" : string.Empty;
        return $"{update.Stage}: {Quantity.Count(update.Done)}{of} {update.Unit}, {Rate(update, elapsed)}{Detail(update)}{left}";
    }

    private static string Summary(ProgressUpdate last, TimeSpan elapsed) =>
        $"{last.Stage}: {Quantity.Count(last.Done)} {last.Unit} in {Quantity.Seconds(elapsed.TotalSeconds)}{Detail(last)}";

    private static string Rate(ProgressUpdate update, TimeSpan elapsed)
    {
        double rate = update.Done / Math.Max(elapsed.TotalSeconds, 1e-3);
        string number = rate is > 0 and < 9.95
            ? rate.ToString(rate < 0.095 ? "0.000" : "0.0", CultureInfo.InvariantCulture)
            : Quantity.Count((long)rate);
        return $"{number} {update.Unit}/s";
    }

    private static string Detail(ProgressUpdate update) => update.Detail is null ? string.Empty : $", {update.Detail}";

    // Progress<T> would post to the thread pool and let reports arrive out of order, or after the end.
    private sealed class Reporter(Action<ProgressUpdate> report) : IProgress<ProgressUpdate>
    {
        public void Report(ProgressUpdate value) => report(value);
    }

    // Rate and loss stand behind the bar, so that their width doesn't move it.
    private sealed class DetailColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Tag as string ?? string.Empty) { Overflow = Overflow.Ellipsis };
    }
}
