using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>Curvature matrices by their definitions, entry by entry and summed over the examples: slow, and by other code than
/// the operators'.</summary>
internal static class DenseCurvature
{
    /// <summary>Row j is the gradient of entry j of the gradient.</summary>
    public static Tensor Hessian(BuiltCase built)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = built.Loss.Reference(built.Model.call(built.Inputs), built.Targets);
        Tensor gradient = ParameterVector.Join(Gradient.Of(value, built.Parameters.Tensors, differentiable: true));
        long size = built.Parameters.Size;
        return Stacked([.. Enumerable.Range(0, (int)size).Select(j => gradient.requires_grad
            ? ParameterVector.Join(Gradient.OfKeepingGraph(gradient[j], built.Parameters.Tensors))
                : zeros(size, dtype: built.Parameters.Type))]);
    }

    /// <summary>Σ_n J_nᵀ B_n J_n, B_n by differentiating the loss twice.</summary>
    public static Tensor GaussNewton(BuiltCase built) => BetweenJacobians(built, (f, y) =>
    {
        Tensor leaf = f.detach().clone().requires_grad_();
        Tensor gradient = Gradient.Of(built.Loss.Reference(leaf, y), [leaf], differentiable: true)[0].flatten();
        return stack([.. Enumerable.Range(0, ModelCases.Outputs)
            .Select(c => Gradient.OfKeepingGraph(gradient[c], [leaf])[0].flatten())]);
    });

    /// <summary>Σ_n J_nᵀ E_y[r rᵀ] J_n, the expectation written out.</summary>
    public static Tensor Fisher(BuiltCase built) => BetweenJacobians(built, (f, _) =>
        built.Loss.Distribution(f).Select(one => one.Probability * Square(Residual(built, f, one.Target)))
            .Aggregate((a, b) => a + b));

    /// <summary>Σ_n Σ_s ∇ℓ ∇ℓᵀ / m with the targets that the operator draws.</summary>
    public static Tensor MonteCarloFisher(BuiltCase built, ulong seed, int draws)
    {
        int n = 0;
        return BetweenJacobians(built, (f, _) =>
        {
            int number = n++;
            return Enumerable.Range(0, draws)
                .Select(s => Square(Residual(built, f, built.Loss.Loss.Draw(f,
                    [new RandomStream(seed, "fisher draw", number, s)]))))
                .Aggregate((a, b) => a + b) / draws;
        });
    }

    /// <summary>Σ_n ∇ℓ_n ∇ℓ_nᵀ, each gradient by a pass of one example.</summary>
    public static Tensor EmpiricalFisher(BuiltCase built)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradients = Stacked([.. Enumerable.Range(0, ModelCases.Examples).Select(n => ParameterVector.Join(Gradient.Of(
            built.Loss.Reference(built.Model.call(built.Inputs.narrow(0, n, 1)), built.Targets.narrow(0, n, 1)),
                built.Parameters.Tensors)))]);
        return gradients.t().mm(gradients).MoveToOuterDisposeScope();
    }

    /// <summary>J_n [C, P] of one example, by a pass of it alone.</summary>
    private static Tensor BetweenJacobians(BuiltCase built, Func<Tensor, Tensor, Tensor> middle)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(built.Parameters.Size, built.Parameters.Size, dtype: built.Parameters.Type);
        for (int n = 0; n < ModelCases.Examples; n++)
        {
            Tensor f = built.Model.call(built.Inputs.narrow(0, n, 1));
            Tensor jacobian = stack([.. Enumerable.Range(0, ModelCases.Outputs)
                .Select(c => ParameterVector.Join(Gradient.OfKeepingGraph(f[0, c], built.Parameters.Tensors)))]);
            sum = sum + jacobian.t().mm(middle(f.detach(), built.Targets.narrow(0, n, 1)).detach()).mm(jacobian);
        }

        return sum.MoveToOuterDisposeScope();
    }

    private static Tensor Residual(BuiltCase built, Tensor f, Tensor target)
    {
        Tensor leaf = f.detach().clone().requires_grad_();
        return Gradient.Of(built.Loss.Reference(leaf, target), [leaf])[0].flatten();
    }

    private static Tensor Square(Tensor r) => r.outer(r);

    private static Tensor Stacked(Tensor[] rows) => stack(rows).MoveToOuterDisposeScope();
}
