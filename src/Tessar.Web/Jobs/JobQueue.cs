using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Jobs;

/// <summary>
/// The jobs of this server: so many at once, the rest waits its turn; the queue is bounded. All end with the server.
/// </summary>
/// <remarks>Jobs are kept in memory: what they computed lies with their runs, and that is all that is worth keeping.</remarks>
internal sealed class JobQueue(WorkbenchOptions options) : IHostedService
{
    /// <summary>Jobs that may wait; another is refused.</summary>
    public const int MostWaiting = 16;

    private const int MostKept = 100;
    private readonly Lock _gate = new();
    private readonly List<Job> _jobs = [];
    private readonly Queue<Job> _waiting = new();
    private readonly List<Task> _running = [];
    private int _started;
    private volatile bool _isStopping;

    /// <summary>Whether jobs can be started: the server was told by which program.</summary>
    public bool IsAvailable => options.JobProgram is not null;

    /// <summary>All that wait or run, and those that ended last; the newest first.</summary>
    public IReadOnlyList<Job> Jobs
    {
        get
        {
            lock (_gate)
                return [.. _jobs.AsEnumerable().Reverse()];
        }
    }

    /// <summary>A job by its id, or null.</summary>
    public Job? Find(string id) => Jobs.FirstOrDefault(job => job.Document.Id == id);

    /// <summary>Puts a job into the queue; one that does the same and hasn't ended takes its place.</summary>
    /// <param name="request">What is asked for, checked.</param>
    /// <param name="command">The command to type that does the same.</param>
    /// <param name="arguments">What the program is given.</param>
    /// <exception cref="ProblemException">Jobs can't be started, too many wait, or the server is stopping.</exception>
    public Job Submit(JobRequest request, string command, IReadOnlyList<string> arguments)
    {
        lock (_gate)
        {
            if (!IsAvailable || _isStopping)
            {
                throw new ProblemException(new Problem(
                    StatusCodes.Status503ServiceUnavailable, "jobs-unavailable", "This server starts no jobs.",
                    _isStopping ? "It is being stopped." : "It wasn’t told by which program.", "Type the command instead:",
                    command));
            }

            if (_jobs.Find(job =>
                job.Document.Request == request && !job.HasEnded && !job.Cancellation.IsCancellationRequested) is { } same)
                return same;
            if (_waiting.Count(job => !job.HasEnded) >= MostWaiting)
            {
                throw new ProblemException(new Problem(
                    StatusCodes.Status503ServiceUnavailable, "queue-full", "Too many jobs are waiting.",
                    $"{MostWaiting} jobs wait for their turn already.", "Wait for one of them to end, or cancel some."));
            }

            var job = new Job(++_started, request, command, arguments);
            _jobs.Add(job);
            _waiting.Enqueue(job);
            Forget();
            Pump();
            return job;
        }
    }

    /// <summary>Ends a job: one that waits at once, one that runs as soon as its process has.</summary>
    public void Cancel(Job job)
    {
        job.Cancel();
        lock (_gate)
        {
            if (_waiting.Contains(job))
                job.End(JobState.Cancelled);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends all jobs; returns when they have ended, or there is no time left to wait for that.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] ends;
        Job[] jobs;
        lock (_gate)
            (_isStopping, ends, jobs) = (true, [.. _running], [.. _jobs]);
        foreach (Job job in jobs)
            Cancel(job);
        return Task.WhenAny(Task.WhenAll(ends), Task.Delay(Timeout.Infinite, cancellationToken));
    }

    // Under the gate.
    private void Pump()
    {
        while (!_isStopping && _running.Count < options.JobsAtOnce && _waiting.TryDequeue(out Job? next))
        {
            if (!next.HasEnded)
                Start(next);
        }
    }

    private void Start(Job job)
    {
        job.Start();
        Task run = Task.Run(() => JobProcess.RunAsync(options.JobProgram!, options.CommandName, job, () => _isStopping));
        _running.Add(run);
        _ = run.ContinueWith(
            ended =>
            {
                lock (_gate)
                {
                    _running.Remove(ended);
                    Pump();
                }
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    // Under the gate.
    private void Forget()
    {
        while (_jobs.Count > MostKept && _jobs.Find(job => job.HasEnded) is { } oldest)
            _jobs.Remove(oldest);
    }
}
