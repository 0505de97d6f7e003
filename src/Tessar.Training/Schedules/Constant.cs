using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>The same learning rate throughout, once warmed up.</summary>
[Schedule("constant")]
[Setting(WarmupSteps, 0, "updates over which the rate rises from zero")]
internal sealed class Constant(NamedSettings settings) : Schedule(settings)
{
    protected override double Decay(double fraction) => 1;
}
