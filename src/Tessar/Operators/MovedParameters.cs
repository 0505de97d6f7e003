using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>
/// The parameters of a model, moved along directions for central differences and put back bit for bit at the end.
/// </summary>
/// <remarks>
/// The step is ε = e·max(1, ‖θ‖), e = 1e-5 in fp64 and 1e-3 in fp32, near the cube root of the rounding error, where truncation
/// and rounding are about equal: relative errors around 1e-9 and 1e-4.
/// </remarks>
internal sealed class MovedParameters : IDisposable
{
    private readonly ParameterVector _parameters;
    private readonly Tensor[] _start;

    public MovedParameters(ParameterVector parameters)
    {
        using IDisposable still = no_grad();
        _parameters = parameters;
        _start = [.. parameters.Tensors.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
        using Tensor all = ParameterVector.Join(_start);
        Step = (parameters.Type == ScalarType.Float64 ? 1e-5 : 1e-3) * Math.Max(1, LengthOf(all));
    }

    /// <summary>ε, the distance to go to each side.</summary>
    public double Step { get; }

    /// <summary>‖v‖.</summary>
    public static double LengthOf(Tensor vector)
    {
        using Tensor wide = vector.to_type(ScalarType.Float64, copy: true);
        using Tensor norm = wide.norm();
        return norm.item<double>();
    }

    /// <summary>Sets the parameters to θ + t·v.</summary>
    /// <param name="v">A tensor for each parameter.</param>
    /// <param name="t">The factor.</param>
    public void MoveTo(IReadOnlyList<Tensor> v, double t)
    {
        using IDisposable still = no_grad();
        for (int i = 0; i < _start.Length; i++)
        {
            Parameter parameter = _parameters.Tensors[i];
            parameter.copy_(_start[i]);
            parameter.add_(v[i], t);
        }
    }

    /// <summary>Puts the parameters back.</summary>
    public void Restore()
    {
        using IDisposable still = no_grad();
        for (int i = 0; i < _start.Length; i++)
            _parameters.Tensors[i].copy_(_start[i]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Restore();
        Array.ForEach(_start, tensor => tensor.Dispose());
    }
}
