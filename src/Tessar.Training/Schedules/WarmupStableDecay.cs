using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>
/// Stays at the top, then falls over the last part of the run: 1 − √p, with p the share of that part that is done.
/// </summary>
/// <remarks>
/// The length of the run only matters once the fall begins. Source: Hägele et al., "Scaling laws and compute-optimal training
/// beyond fixed training durations", arXiv:2405.18392, section 3.
/// </remarks>
[Schedule("wsd")]
[Setting(WarmupSteps, 0, "updates over which the rate rises from zero")]
[Setting("decayShare", 0.2, "share of the updates after warm-up over which the rate falls", Above = 0, Most = 1)]
internal sealed class WarmupStableDecay(NamedSettings settings) : Schedule(settings)
{
    private readonly double _share = settings["decayShare"];

    protected override double Decay(double fraction) =>
        fraction <= 1 - _share ? 1 : 1 - Math.Sqrt((fraction - (1 - _share)) / _share);
}
