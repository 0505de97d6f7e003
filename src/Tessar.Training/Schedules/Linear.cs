using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>Falls in a straight line from 1 to a final share.</summary>
[Schedule("linear")]
[Setting(WarmupSteps, 0, "updates over which the rate rises from zero")]
[Setting("final", 0, "share of the rate that is left at the end", Most = 1)]
internal sealed class Linear(NamedSettings settings) : Schedule(settings)
{
    private readonly double _final = settings["final"];

    protected override double Decay(double fraction) => 1 - (1 - _final) * fraction;
}
