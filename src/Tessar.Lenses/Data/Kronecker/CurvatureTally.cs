using Tessar.Gradients;
using Tessar.Lenses.Data.Features;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Results;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>
/// What a method with a curvature learns on its way, beside what every method does: how well the curvature was measured.
/// </summary>
internal sealed class CurvatureTally : ScoreTally
{
    /// <summary>Starts with gaps of 0.</summary>
    /// <param name="context">Who hears remarks at once.</param>
    public CurvatureTally(MethodContext context)
        : base(context) => NoteGaps(0, 0);

    /// <summary>Notes a curvature.</summary>
    public void Note(KroneckerCurvature curvature)
    {
        NoteGaps(curvature.TraceGap, curvature.EigenvalueGap);
        string[] dead = [.. curvature.Shapes.Where((_, b) => curvature.Values[b].count_nonzero().item<long>() == 0)
            .SelectMany(shape => shape.Parameters)];
        if (dead.Length > 0)
            Remark($"No train example has a gradient in {string.Join(", ", dead)}: it adds nothing.");
        string[] diagonal = [.. curvature.Shapes.Where(shape => !shape.IsFactored).Select(shape => shape.Name)];
        if (diagonal.Length > 0)
            Remark(
                $"The curvature of {string.Join(", ", diagonal)} is taken as diagonal: they belong to no Linear or ungrouped "
                    + $"convolution layer of their own.");
    }

    private void NoteGaps(double trace, double eigenvalues)
    {
        Check(new SelfCheck(
            "trace-gap", trace, 1e-3,
            "Largest difference between the sum of a layer's eigenvalues and the mean squared gradient of the same draws, "
                + "relative to the latter; 0 where no eigenvalues were measured."));
        Check(new SelfCheck(
            "eigenvalue-gap", eigenvalues, 1e-6,
            "Largest difference between the trace of a factor and the sum of its eigenvalues, relative to the trace."));
    }
}
