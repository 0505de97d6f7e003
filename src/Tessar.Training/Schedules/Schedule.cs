using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>The learning rate of each update as a share of the optimiser's: a value of the step, without a state.</summary>
/// <remarks>
/// Rises linearly over the first w updates: (step + 1) / w; then <see cref="Decay"/> takes over. A new schedule is one file:
/// derive, put <see cref="ScheduleAttribute"/> on it, take (settings) in the constructor.
/// </remarks>
internal abstract class Schedule(NamedSettings settings)
{
    public const string WarmupSteps = "warmupSteps";

    public static Choices<Schedule, ScheduleAttribute> Choices { get; } = new("schedule", typeof(Schedule).Assembly);

    /// <summary>The factor for one update.</summary>
    /// <param name="step">Updates done before it, in [0, <paramref name="total"/>).</param>
    /// <param name="total">Updates of the whole run.</param>
    /// <returns>In [0, 1].</returns>
    public double Factor(long step, long total)
    {
        double warmup = settings[WarmupSteps];
        return step < warmup ? (step + 1) / warmup : Decay((step - warmup) / (total - warmup));
    }

    /// <summary>The factor after warm-up.</summary>
    /// <param name="fraction">Share of the remaining updates that is done, in [0, 1).</param>
    protected abstract double Decay(double fraction);
}
