using System.Diagnostics;
using Tessar.Results;
using Tessar.Runs;

namespace Tessar.Methods;

/// <summary>
/// Puts questions: refuses what can't be, opens runs and data, sets seed and memory, takes the time, keeps the result.
/// </summary>
/// <remarks>
/// Command line, workbench, studies and programs all ask this way. Whoever trains or replays comes with the context.
/// </remarks>
/// <param name="catalog">What there is to ask.</param>
/// <example><code>
/// var runner = new MethodRunner(new MethodCatalog(typeof(Trak).Assembly));
/// MethodResult result = runner.Run(new MethodJob { Question = "data", Runs = ["first"], Targets = "test:0-9" });
/// Console.WriteLine(result.Kept.DocumentPath);
/// </code></example>
public sealed class MethodRunner(MethodCatalog catalog)
{
    private readonly MethodCatalog _catalog = catalog ?? throw new ArgumentNullException(nameof(catalog));

    /// <summary>Where runs given by name are looked for; <see cref="RunCatalog.DefaultDirectory"/> by default.</summary>
    public string RunsDirectory { get; init; } = RunCatalog.DefaultDirectory;

    /// <summary>How a run given by name is opened; null opens it as it was recorded.</summary>
    internal Func<string, Run>? OpensRun { get; init; }

    /// <summary>Asks, and keeps the answer with the first run.</summary>
    /// <param name="job">The question.</param>
    /// <param name="context">Who listens, who trains and who replays; seed and memory are the job's.</param>
    /// <exception cref="TessarException">
    /// The job can't be carried out as it was put, or runs and data can't be used; the message says what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException">Asked for by the context.</exception>
    public MethodResult Run(MethodJob job, MethodContext? context = null)
    {
        using Inquiry inquiry = Open(job, context);
        return Run(inquiry);
    }

    /// <summary>Opens what a job needs; refuses unknown names, values and runs before anything expensive starts.</summary>
    /// <param name="job">The question.</param>
    /// <param name="context">As for <see cref="Run(MethodJob, MethodContext?)"/>.</param>
    /// <returns>The open job; the caller disposes of it.</returns>
    /// <exception cref="TessarException">
    /// The job can't be carried out as it was put; one message names everything that is wrong with options and settings.
    /// </exception>
    public Inquiry Open(MethodJob job, MethodContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        QuestionDescription question = _catalog.FindQuestion(job.Question);
        MethodDescription? method = _catalog.FindFor(question, job.Method);
        Refuse(job, question, method);
        RunView view = View(job.Runs), other = job.Against.Count == 0 ? view : View(job.Against);
        context = (context ?? new MethodContext()) with { Seed = job.Seed ?? 0, MemoryBudget = job.MemoryBudget };
        Inquiry? against = job.Against.Count == 0
            ? null
            : new Inquiry(job with { Runs = job.Against, Against = [] }, question, method, job.Options, other, context);
        try
        {
            return new Inquiry(job, question, method, job.Options, view, context) { Against = against };
        }
        catch
        {
            against?.Dispose();
            throw;
        }
    }

    /// <summary>Asks what is open, and keeps the answer.</summary>
    /// <param name="inquiry">Opened by <see cref="Open"/>.</param>
    public MethodResult Run(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        QuestionDescription question = _catalog.FindQuestion(inquiry.Job.Question);
        long start = Stopwatch.GetTimestamp();
        MethodAnswer answer = question.Create(inquiry.Job.Settings).Ask(inquiry);
        var document = new ResultDocument
        {
            Lens = question.Lens,
            Method = inquiry.Filled(answer).Method,
            Run = inquiry.Run.Name,
            Created = DateTimeOffset.UtcNow,
            Job = inquiry.Filled(answer),
            Inputs = inquiry.Inputs(answer),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Checks = answer.Checks,
            Remarks = answer.Remarks,
            Payload = answer.Payload,
        };
        return new MethodResult(ResultFolder.Save(inquiry.Run, document, answer.Arrays), answer);
    }

    // All objections to options and settings at once; building also asks a method's own checks.
    private static void Refuse(MethodJob job, QuestionDescription question, MethodDescription? method)
    {
        if (string.Join(' ', question.Objections(job)) is { Length: > 0 } ofJob)
            throw new TessarException($"{question.Name}: {ofJob}", ErrorKind.Usage);
        IReadOnlyList<string> ofSettings = question.Objections(job.Settings), ofOptions = method?.Objections(job.Options) ?? [];
        if (ofSettings.Count > 0 && ofOptions.Count > 0)
        {
            throw new TessarException(
                $"{question.Name}: {string.Join(' ', ofSettings)} {method!.Name}: {string.Join(' ', ofOptions)}", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.DescribeMethod, method.Name)],
            };
        }

        question.Create(job.Settings);
        method?.Create(job.Options);
    }

    private RunView View(IReadOnlyList<string> runs)
    {
        if (runs.Count == 0)
            throw new TessarException("The job names no run. Name one or several.", ErrorKind.Usage);
        return new RunView([.. runs.Select(OpensRun ?? (name => Tessar.Runs.Run.Open(RunCatalog.Resolve(name, RunsDirectory))))]);
    }
}
