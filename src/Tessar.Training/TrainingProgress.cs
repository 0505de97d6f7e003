namespace Tessar.Training;

/// <summary>How far a training run has come; reported after every update.</summary>
/// <param name="Epoch">The epoch of the last update, 0-based.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="Step">Updates done.</param>
/// <param name="TotalSteps">Updates of the whole run.</param>
/// <param name="ExamplesPerSecond">
/// Training examples per second since this process began or resumed the run, tests included.
/// </param>
/// <param name="Loss">Cross-entropy of the last batch, in nats.</param>
/// <param name="TestAccuracy">The last measured share of test examples classified as labelled; null before the first.</param>
/// <param name="Remaining">Time that the rest will take at this rate.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Step, long TotalSteps, double ExamplesPerSecond, double Loss, double? TestAccuracy,
    TimeSpan Remaining)
{
    /// <summary>
    /// Something the person who trains should know, as a sentence; null when there is nothing. May be said more than once.
    /// </summary>
    public string? Remark { get; init; }
}
