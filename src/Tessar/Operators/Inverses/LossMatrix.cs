using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Gradients;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Operators.Inverses;

/// <summary>Writes a curvature matrix out, [P, P] in fp64, parameters in the order of the flat gradient.</summary>
internal static class LossMatrix
{
    // Relative; sums of fp32 products differ by far less, second derivatives of anything that isn't linear by far more.
    private const double Rounding = 1e-4;

    /// <summary>The matrix; the caller disposes it.</summary>
    /// <exception cref="TessarException">It doesn't fit into the memory budget, with its factor and a copy.</exception>
    /// <remarks>
    /// Cost: with a single Linear layer C(C+1)/2 products XᵀR_{cd}X of n·in² multiplications; else n·C·P² for Gauss–Newton, and P
    /// Hessian products of all examples for the Hessian.
    /// </remarks>
    public static Tensor Of(TrainCurvature curvature)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        long size = curvature.Model.Gradients.ParameterCount;
        double bytes = 24.0 * size * size;
        IReadOnlyList<string> alternatives = curvature.Alternatives.OfAnySize;
        if (bytes > curvature.Work.MemoryBudget)
        {
            throw new TessarException(string.Create(
                CultureInfo.InvariantCulture,
                $"The curvature of {size:N0} parameters, written out and factored, needs {bytes:N0} bytes; the memory budget is "
                    + $"{curvature.Work.MemoryBudget:N0}. ")
                + (alternatives.Count > 0
                    ? $"Use {string.Join(" or ", alternatives)} for models of this size." : "Choose a smaller model."),
                ErrorKind.Environment)
            {
                Remedies = CurvatureAlternatives.Use(alternatives),
            };
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = curvature.Kind == CurvatureKind.Hessian && !IsLinear(curvature) ? Hessian(curvature, size)
            : OnlyLayer(curvature) is { } layer ? OfLayer(curvature, layer)
            : GaussNewton(curvature, size);
        return matrix.MoveToOuterDisposeScope();
    }

    // Where logits are linear in the weights the Hessian is the Gauss–Newton matrix, whatever the model's class is called: G and
    // H then agree on any vector, and on a random one only then.
    private static bool IsLinear(TrainCurvature curvature)
    {
        if (OnlyLayer(curvature) is null)
            return false;
        using DisposeScope scope = NewDisposeScope();
        LinearOperator hessian = curvature.Whole();
        var signs = new RandomStream(curvature.Seed, "linearity");
        Tensor v = tensor(Enumerable.Range(0, (int)hessian.Size).Select(_ => signs.NextUInt32() % 2 == 0 ? 1.0 : -1.0).ToArray())
            .to_type(hessian.Type);
        Tensor product = hessian.Apply(v);
        Tensor difference = product - curvature.GaussNewton().Apply(v);
        return difference.norm().item<double>() <= Rounding * product.norm().item<double>();
    }

    private static SingleUseLinear? OnlyLayer(TrainCurvature curvature)
    {
        SingleUseLinear? found = null;
        PerExampleGradients gradients = curvature.Model.Gradients;
        curvature.Sample(batch =>
        {
            ParameterSlot[] slots = [.. gradients.Captured];
            SingleUseLinear[] layers = [.. slots.Select(slot => SingleUseLinear.Of(slot, gradients, batch))
                .OfType<SingleUseLinear>()];
            if (layers.Length == 1 && layers[0].Parameters.Count == slots.Length && ReferenceEquals(layers[0].Weight, slots[0]))
                found = layers[0];
        });
        return found;
    }

    // Σ_i (Σ_c δ_c δ_cᵀ) ⊗ a aᵀ, block by block of two outputs.
    private static Tensor OfLayer(TrainCurvature curvature, SingleUseLinear layer)
    {
        int inputs = (int)layer.Inputs, outputs = (int)layer.Outputs;
        Tensor blocks = zeros(outputs * (outputs + 1) / 2, inputs, inputs, dtype: ScalarType.Float64);
        Tensor? weights = null, a = null;
        int classes = curvature.Model.Trained.Classes;
        curvature.Passes("curvature", (batch, c) =>
        {
            LayerCall call = batch.Calls.Single(one => ReferenceEquals(one.Rule, layer.Rule));
            if (c == 0)
            {
                Tensor x = call.Input.to_type(ScalarType.Float64);
                a = (layer.Bias is null ? x.clone() : cat([x, ones(batch.Count, 1, dtype: ScalarType.Float64)], 1))
                    .DetachFromDisposeScope();
                weights = zeros(batch.Count, outputs, outputs, dtype: ScalarType.Float64).DetachFromDisposeScope();
            }

            Tensor delta = call.OutputGradient.to_type(ScalarType.Float64);
            weights!.add_(delta.unsqueeze(2) * delta.unsqueeze(1));
            if (c + 1 < classes)
                return;
            for (int o = 0, block = 0; o < outputs; o++)
            {
                for (int other = o; other < outputs; other++, block++)
                    blocks[block].addmm_(a!.t(), a * weights.select(1, o).select(1, other).unsqueeze(1));
            }

            a!.Dispose();
            weights.Dispose();
        });

        int wide = (int)layer.Weight.Shape[1], bias = wide * outputs;
        Tensor matrix = empty((long)inputs * outputs, (long)inputs * outputs, dtype: ScalarType.Float64);
        for (int o = 0, block = 0; o < outputs; o++)
        {
            for (int other = o; other < outputs; other++, block++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor part = blocks[block].div_(curvature.Terms);
                Place(o, other, part);
                if (o != other)
                    Place(other, o, part.t());
            }
        }

        return matrix;

        void Place(int row, int column, Tensor part)
        {
            matrix.narrow(0, row * wide, wide).narrow(1, column * wide, wide).copy_(part.narrow(0, 0, wide).narrow(1, 0, wide));
            if (layer.Bias is null)
                return;
            matrix.narrow(0, row * wide, wide).select(1, bias + column).copy_(part.narrow(0, 0, wide).select(1, wide));
            matrix.select(0, bias + row).narrow(0, column * wide, wide).copy_(part.select(0, wide).narrow(0, 0, wide));
            matrix[bias + row, bias + column] = part[wide, wide];
        }
    }

    private static Tensor GaussNewton(TrainCurvature curvature, long size)
    {
        Tensor matrix = zeros(size, size, dtype: ScalarType.Float64);
        PerExampleGradients gradients = curvature.Model.Gradients;
        curvature.Passes("curvature", (batch, _) =>
        {
            Tensor rows = cat([.. gradients.Captured.Select(slot => PerExampleGradients.Gradient(batch, slot))], 1)
                .to_type(ScalarType.Float64);
            matrix.addmm_(rows.t(), rows);
        });
        return matrix.div_(curvature.Terms);
    }

    private static Tensor Hessian(TrainCurvature curvature, long size)
    {
        Tensor matrix = curvature.Whole().ToDense(
            ScalarType.Float64, curvature.Work.MemoryBudget,
            done => curvature.Work.Progress?.Report(new MethodProgress("curvature", done, size, "columns")));
        return (matrix + matrix.t()).div_(2);
    }
}
