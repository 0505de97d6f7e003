using System.Globalization;
using System.Runtime.ExceptionServices;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Search;

/// <summary>
/// Finds the rows with the highest and the lowest scores per query, exactly, in one pass over stores larger than memory.
/// </summary>
/// <remarks>
/// score[i, j] = fp32(Q̄_i · (1/C) Σ_c ⟨φ_c(i), ψ_c(j)⟩). Blocks of rows go to threads as these come for them; per block all
/// stores are read in lockstep. Inner products have one order of summation (<see cref="DotTile"/>), heaps rank equal scores by
/// row, group sums are exact: the answer has the same bits for any block size and number of threads. Cost: 2·n·k·m·C operations,
/// n·k·C numbers read.
/// </remarks>
internal sealed class TopSearch
{
    private readonly IReadOnlyList<SearchPart> _parts;
    private readonly SearchQuestion _question;
    private readonly int _count;
    private readonly Lock _lock = new();
    private int _next;
    private int _done;
    private (int Row, int Query)? _bad;

    private TopSearch(IReadOnlyList<SearchPart> parts, SearchQuestion question)
    {
        (_parts, _question, _count) = (parts, question, parts[0].Rows.Count);
        foreach (SearchPart part in parts)
        {
            if (part.Rows.Count != _count)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{part.Rows.Name} has {part.Rows.Count} rows, {parts[0].Rows.Name} has {_count}; an ensemble needs "
                        + $"the same."), nameof(parts));
            }

            if (part.Queries.Length != (long)question.Queries * part.Rows.Width)
                throw new ArgumentException(
                    $"Queries of {part.Rows.Name} aren't {question.Queries} rows of its width {part.Rows.Width}.", nameof(parts));
        }

        if (question.RowFactors is { } factors && factors.Length != _count)
            throw new ArgumentException($"{factors.Length} row factors for {_count} rows.", nameof(question));
        if (question.Filter is { } filter && filter.Count != _count)
            throw new ArgumentException($"A filter of {filter.Count} rows for {_count}.", nameof(question));
        if (question.Groups is { } groups
            && (groups.Length != _count || Array.Exists(groups, g => g < 0 || g >= question.GroupCount)))
            throw new ArgumentException($"Groups have to be {_count} numbers in [0, {question.GroupCount}).", nameof(question));
    }

    /// <summary>Searches.</summary>
    /// <param name="parts">One per checkpoint, at least one, all with the same rows.</param>
    /// <param name="question">What to keep.</param>
    /// <param name="blockRows">Rows that a thread takes at a time, at least 1.</param>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="context">Progress and cancellation.</param>
    /// <exception cref="NumericalException">A score isn't finite; names the first row.</exception>
    public static SearchAnswer Run(
        IReadOnlyList<SearchPart> parts, SearchQuestion question, int blockRows, int threads, MethodContext context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (question.Queries < 1 || question.Top < 1)
            throw new ArgumentException(
                $"question asks for the {question.Top} strongest of {question.Queries} queries; both have to be at least 1.",
                nameof(question));
        return new TopSearch(parts, question).Run(blockRows, threads, context);
    }

    private SearchAnswer Run(int blockRows, int threads, MethodContext context)
    {
        List<QueryPanels> panels = [];
        List<SearchWorker> workers = [];
        try
        {
            foreach (SearchPart part in _parts)
                panels.Add(new QueryPanels(part.Queries.Span, _question.Queries, part.Rows.Width, part.Rows.ScaleExponent));
            for (int t = 0; t < threads; t++)
                workers.Add(new SearchWorker(_parts, panels, _question, blockRows));
            RunAll(workers, blockRows, context);
            if (_bad is { } bad)
            {
                throw new NumericalException(string.Create(
                    CultureInfo.InvariantCulture, $"The score of train example {bad.Row} on target {bad.Query} isn't finite. ")
                    + $"Row {bad.Row.ToString(CultureInfo.InvariantCulture)} of {_parts[0].Rows.Name} or its factor is damaged, "
                    + $"or the score overflows.");
            }

            SearchWorker first = workers[0];
            foreach (SearchWorker other in workers.Skip(1))
            {
                first.Scores.Merge(other.Scores);
                first.Groups?.Merge(other.Groups!);
            }

            return new SearchAnswer(first.Scores, first.Groups);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
            panels.ForEach(panel => panel.Dispose());
        }
    }

    // Threads of our own: the pool may be busy, and starts more of its threads only slowly.
    private void RunAll(List<SearchWorker> workers, int blockRows, MethodContext context)
    {
        Exception? failure = null;
        Thread[] threads = [.. workers.Select(worker => new Thread(() =>
        {
            try
            {
                Work(worker, blockRows, context);
            }
            catch (Exception e)
            {
                Volatile.Write(ref _next, _count);
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }) { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private void Work(SearchWorker worker, int blockRows, MethodContext context)
    {
        while (true)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            int first, count;
            lock (_lock)
            {
                // Blocks are handed out in order, so the first bad row is found whoever finds another one earlier.
                if (_next >= _count || _bad is not null)
                    return;
                first = _next;
                count = Math.Min(blockRows, _count - first);
                _next = first + count;
            }

            worker.Process(first, count);
            lock (_lock)
            {
                if (worker.Bad is { } bad && (_bad is not { } known || bad.CompareTo(known) < 0))
                    _bad = bad;
                _done += count;
                context.Progress?.Report(new MethodProgress("scores", _done, _count, "examples"));
            }
        }
    }
}
