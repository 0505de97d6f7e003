using System.Globalization;
using Tessar.Models;
using Tessar.Runs.Retraining;

namespace Tessar.Training.Retraining;

/// <summary>A process that trains what it is told: a line with a number comes in, a line says that it is done.</summary>
/// <remarks>
/// In: numbers of trainings, one a line; the end of the input ends the worker. Out: <c>tessar ready</c>, then
/// <c>tessar done 12</c> for each, or <c>tessar stop ENVIRONMENT-ERROR</c>. What the trainings leave is in the folder, so a line
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
    public static void Run(string directory, TextReader input, TextWriter output)
    {
        var folder = new RetrainingFolder(directory);
        try
        {
            using var training = new SubsetTraining(folder);
            Say(Ready);
            while (input.ReadLine() is { } line)
            {
                int job = int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture);
                Carry(folder, training, job, CancellationToken.None);
                Say(string.Create(CultureInfo.InvariantCulture, $"{Done}{job}"));
            }
        }
        catch (TessarException e)
        {
            Say(Stop + FirstLine.Of(e));
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
