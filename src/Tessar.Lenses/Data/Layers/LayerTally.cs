using System.Globalization;
using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Layers;

/// <summary>
/// What a method of layer-wise projections learns on its way, beside what every method does: how much of the gradients was kept.
/// </summary>
/// <param name="context">Who hears remarks at once.</param>
internal sealed class LayerTally(MethodContext context) : ScoreTally(context)
{
    private readonly List<double> _kept = [];

    /// <summary>Notes one checkpoint.</summary>
    public void Note(GradientModel model, LayerFeatures features, IReadOnlyList<LayerProjection> parts, int examples)
    {
        Note(model);
        Computed += examples;
        _kept.Add(features.KeptLength);
        Replace(new SelfCheck(
            "kept-length", _kept.Average(), null, string.Create(
                CultureInfo.InvariantCulture,
                $"Mean squared length of the projected gradients over that of the whole ones, on the first examples of "
                    + $"{_kept.Count} checkpoints; random projections aim at 1.")));
        string[] dead = [.. parts.Where((_, p) => features.SumOfSquares[p] == 0).SelectMany(part => part.Parameters)];
        if (dead.Length > 0)
            Remark(
                $"No train example has a gradient in {string.Join(", ", dead)} of {Path.GetFileName(model.Trained.File)}: it "
                    + $"adds nothing.");
    }
}
