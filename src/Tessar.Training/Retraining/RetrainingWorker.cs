using System.Collections.Concurrent;
using System.Globalization;
using Tessar.Models;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>A process that trains what it is told: a line with a number comes in, a line says that it is done.</summary>
/// <remarks>
/// In: numbers of trainings, one a line; the end of the input ends the worker. Out: <c>tessar ready</c>, then
/// <c>tessar done 12</c> for each, or <c>tessar stop KIND ERROR</c>. What the trainings leave is in the folder, so a line
/// that gets lost costs nothing but time. Other lines, from a model that prints, are nobody's business.
/// </remarks>
internal static class RetrainingWorker
{
    public const string Prefix = "tessar ";
    public const string Ready = Prefix + "ready";
    public const string Done = Prefix + "done ";
    public const string Stop = Prefix + "stop ";

    /// <summary>Serves until the input ends.</summary>
    /// <param name="directory">The retraining's folder.</param>
    /// <param name="input">Where numbers come from.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="orphaned">
    /// Called, on a thread of its own, when the input ends in the middle of a training: nobody waits for it any more, as its
    /// parent is gone. Null to train to the end all the same.
    /// </param>
    public static void Run(string directory, TextReader input, TextWriter output, Action? orphaned = null)
    {
        var folder = new RetrainingFolder(directory);
        var jobs = new BlockingCollection<int>(); // not disposed of: the listening thread may outlive this
        int open = 1; // getting ready is work too
        // Read ahead of the work, because only the end of the input tells that the parent was killed.
        new Thread(Listen) { IsBackground = true, Name = "retraining input" }.Start();
        try
        {
            using var training = new SubsetTraining(folder);
            Interlocked.Decrement(ref open);
            Say(Ready);
            foreach (int job in jobs.GetConsumingEnumerable())
            {
                Carry(folder, training, job, CancellationToken.None);
                Interlocked.Decrement(ref open);
                Say(string.Create(CultureInfo.InvariantCulture, $"{Done}{job}"));
            }
        }
        catch (TessarException e)
        {
            Say($"{Stop}{e.Kind} {FirstLine.Of(e)}");
        }

        void Listen()
        {
            while (input.ReadLine() is { } line)
            {
                Interlocked.Increment(ref open);
                jobs.Add(int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture));
            }

            if (Volatile.Read(ref open) > 0)
                orphaned?.Invoke();
            jobs.CompleteAdding();
        }

        void Say(string line)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <summary>Carries out one training and keeps what it leaves: its outputs, or the reason of its failure.</summary>
    /// <exception cref="TessarException">The disk is full or can't be written to.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept.</exception>
    public static void Carry(RetrainingFolder folder, SubsetTraining training, int job, CancellationToken cancellation)
    {
        TrainingOutcome outcome;
        try
        {
            outcome = training.Train(job, cancellation);
        }
        catch (TessarException e) when (e.Kind is ErrorKind.InputData or ErrorKind.Usage)
        {
            folder.SaveFailure(job, FirstLine.Of(e)); // this training's own fault: the others go on
            return;
        }

        folder.SaveOutcome(job, outcome);
    }
}
