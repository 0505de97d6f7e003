using Tessar.Named;
using Tessar.Runs;

namespace Tessar.Training.Schedules;

/// <summary>Falls from 1 to 0 along half a cosine: ½ (1 + cos π·fraction).</summary>
/// <remarks>Source: Loshchilov and Hutter, "SGDR", arXiv:1608.03983, eq. 5, without restarts.</remarks>
[Schedule("cosine")]
[Setting(WarmupSteps, 0, "updates over which the rate rises from zero")]
internal sealed class Cosine(NamedSettings settings) : Schedule(settings)
{
    protected override double Decay(double fraction) => 0.5 * (1 + Math.Cos(Math.PI * fraction));
}
