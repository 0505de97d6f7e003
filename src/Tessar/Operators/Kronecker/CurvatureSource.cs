using Tessar.Autograd;

namespace Tessar.Operators.Kronecker;

/// <summary>Where a curvature's loss gradients come from: one model and its examples.</summary>
internal abstract class CurvatureSource : IDisposable
{
    /// <summary>The model's blocks.</summary>
    public abstract CurvatureBlocks Blocks { get; }

    /// <summary>Runs some examples forward and their loss backward; the tensors belong to the current dispose scope.</summary>
    /// <param name="first">First example.</param>
    /// <param name="count">How many.</param>
    /// <param name="pass">0 for covariances, 1 for eigenvalues: labels are drawn independently.</param>
    public abstract CapturedBatch Run(int first, int count, int pass);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
