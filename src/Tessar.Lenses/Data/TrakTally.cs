using System.Diagnostics;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data;

/// <summary>What one call of <see cref="Trak"/> learns on its way, beside what every method does.</summary>
/// <param name="context">Who hears remarks at once.</param>
internal sealed class TrakTally(MethodContext context) : ScoreTally(context)
{
    /// <summary>Absolute λ of each checkpoint, for each relative one.</summary>
    public List<double>[] ByDamping { get; set; } = [];

    /// <summary>The relative ones that were chosen here, for each one asked for; empty where it was given.</summary>
    public List<double>[] Chosen { get; set; } = [];

    /// <summary>How gradients are shortened, once that is decided.</summary>
    public TrakProjection Projection { get; set; }

    /// <summary>Notes a relative residual.</summary>
    public void NoteResidual(double value) => Check(new SelfCheck(
        "kernel-residual", value, 1e-6,
        "The largest ‖(K + λI)u − c‖/‖c‖ over targets, in fp64: how exactly the kernel's system was solved."));
}
