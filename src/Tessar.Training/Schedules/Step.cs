using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>Falls by a factor, a few times at equal distances: factor^⌊fraction · (drops + 1)⌋.</summary>
[Schedule("step")]
[Setting(WarmupSteps, 0, "updates over which the rate rises from zero")]
[Setting("factor", 0.1, "what the rate is multiplied by at each drop", Above = 0, Below = 1)]
[Setting("drops", 2, "how often it drops; two drops part the run in three")]
internal sealed class Step(NamedSettings settings) : Schedule(settings)
{
    private readonly double _factor = settings["factor"];
    private readonly double _drops = settings["drops"];

    protected override double Decay(double fraction) => Math.Pow(_factor, Math.Floor(fraction * (_drops + 1)));
}
