using System.Globalization;
using Tessar.Web.Documents;

namespace Tessar.Web.Jobs;

/// <summary>One job: what it was asked for and how far it has come. Safe for use from several threads.</summary>
#pragma warning disable CA1001 // the token source has neither a timer nor a wait handle, so that there is nothing to free
internal sealed class Job(int number, JobRequest request, string command, IReadOnlyList<string> arguments)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private TaskCompletionSource _changed = NewSignal();
    private JobDocument _document = new()
    {
        Id = number.ToString(CultureInfo.InvariantCulture),
        Request = request,
        Command = command,
        State = JobState.Queued,
        Created = DateTimeOffset.UtcNow,
    };

    /// <summary>What its process is given after <see cref="JobProgram.Arguments"/>.</summary>
    public IReadOnlyList<string> Arguments { get; } = arguments;

    /// <summary>Cancelled when nobody wants the result any more.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>How far it has come.</summary>
    public JobDocument Document
    {
        get
        {
            lock (_gate)
                return _document;
        }
    }

    /// <summary>Whether it has ended, one way or the other.</summary>
    public bool HasEnded => IsFinal(Document.State);

    public static bool IsFinal(JobState state) => state is JobState.Done or JobState.Failed or JobState.Cancelled;

    /// <summary>How far it has come, and a task that ends when that has changed.</summary>
    public (JobDocument Document, Task Changed) Look()
    {
        lock (_gate)
            return (_document, _changed.Task);
    }

    public void Start() => Change(document => document with { State = JobState.Running, Started = DateTimeOffset.UtcNow });

    public void Report(JobProgress progress) => Change(document => document with { Progress = progress });

    public void End(JobState state, Problem? problem = null) =>
        Change(document => document with { State = state, Problem = problem, Finished = DateTimeOffset.UtcNow });

    /// <summary>Asks it to end.</summary>
    public void Cancel() => _cancellation.Cancel();

    private void Change(Func<JobDocument, JobDocument> change)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            if (IsFinal(_document.State))
                return; // a report that came after the end
            (_document, signal, _changed) = (change(_document), _changed, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
