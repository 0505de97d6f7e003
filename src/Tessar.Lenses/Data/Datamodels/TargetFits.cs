using Tessar.Methods;

namespace Tessar.Lenses.Data.Datamodels;

/// <summary>
/// Fits targets one by one on all cores, each thread with a workspace of its own; results don't depend on the number of threads.
/// </summary>
internal static class TargetFits
{
    /// <summary>Does the work of every target.</summary>
    /// <param name="targets">How many there are.</param>
    /// <param name="workspace">Makes what one thread reuses from target to target.</param>
    /// <param name="fit">Fits one.</param>
    /// <param name="context">Hears of progress, one report at a time.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run<T>(int targets, Func<T> workspace, Action<T, int> fit, MethodContext context)
        where T : class
    {
        var gate = new Lock();
        int done = 0;
        try
        {
            Parallel.For(
                0, targets,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = Environment.ProcessorCount,
                    CancellationToken = context.Cancellation
                }, workspace,
                (target, _, own) =>
                {
                    fit(own, target);
                    lock (gate)
                    {
                        context.Cancellation.ThrowIfCancellationRequested();
                        context.Progress?.Report(new MethodProgress("fits", ++done, targets, "targets"));
                    }

                    return own;
                },
                _ => { });
        }
        catch (AggregateException e)
        {
            // One of several threads' errors is told; they are alike.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(
                e.Flatten().InnerExceptions.FirstOrDefault(inner => inner is not OperationCanceledException)
                    ?? e.Flatten().InnerExceptions[0]);
        }
    }
}
