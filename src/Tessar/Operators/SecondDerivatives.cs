using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>Whether a model has second derivatives, and the operators that do without where it has none.</summary>
/// <remarks>
/// Some of libtorch's own operations have a first derivative only: its fused attention, grid sampling, pairwise distances.
/// </remarks>
internal static class SecondDerivatives
{
    /// <summary>Why there are none and what is done instead, for the user; null when there are.</summary>
    /// <param name="loss">The loss; one product with its first example is tried.</param>
    /// <exception cref="GradientException">There isn't even a first derivative.</exception>
    public static string? WhyMissing(ModelLoss loss)
    {
        ModelLoss one = loss.With(loss.Settings with { Examples = [loss.Batches().First()[0]] });
        using DisposeScope scope = NewDisposeScope();
        Tensor v = ones(loss.Parameters.Size, dtype: loss.Parameters.Type);
        try
        {
            new HessianOperator(one).Apply(v);
            return null;
        }
        catch (NumericalException)
        {
            return null; // there are, and they overflow: whoever computes with them says where
        }
        catch (GradientException e)
        {
            one.Gradient();
            string reason = (e.InnerException as GradientException ?? e).Message.TrimEnd('.');
            string accuracy = loss.Parameters.Type == ScalarType.Float64 ? "1e-9" : "1e-4";
            return $"The model has no second derivative ({reason}): curvature is taken by differences of the first, which "
                + $"are exact "
                + $"to about {accuracy} of themselves.";
        }
    }

    /// <summary>The Hessian of a loss, or the Gauss–Newton matrix.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="isHessian">Which of them.</param>
    /// <param name="exist">Whether the model has second derivatives; see <see cref="WhyMissing"/>.</param>
    public static LinearOperator Of(ModelLoss loss, bool isHessian, bool exist) => (isHessian, exist) switch
    {
        (true, true) => new HessianOperator(loss),
        (true, false) => new FiniteDifferenceHessianOperator(loss),
        (false, true) => new GaussNewtonOperator(loss),
        (false, false) => new FiniteDifferenceGaussNewtonOperator(loss),
    };
}
