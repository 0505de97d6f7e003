using Tessar.Autograd;
using Tessar.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

public sealed class CurvatureOperatorTests
{
    // Softmax regression: H = (1/n) Σ_i (diag p − p pᵀ) ⊗ x xᵀ over weights, the same with x = 1 for biases.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Softmax_regression_has_its_closed_form(bool isHessian)
    {
        using DisposeScope scope = NewDisposeScope();
        using var small = new SmallLoss(isDeep: false);
        Tensor p = small.Model.call(small.X).softmax(1).detach();
        Tensor x = cat([small.X, ones(SmallLoss.Examples, 1, dtype: ScalarType.Float64)], 1);
        Tensor inner = diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1);
        Tensor expected = einsum("ncd,ni,nj->cidj", inner, x, x) / SmallLoss.Examples;
        Tensor actual = Dense(Operator(small, isHessian, batch: 7));
        int weights = SmallLoss.Classes * SmallLoss.Inputs;
        for (int c = 0; c < SmallLoss.Classes; c++)
        {
            for (int d = 0; d < SmallLoss.Classes; d++)
            {
                Tensor block = actual.narrow(0, c * SmallLoss.Inputs, SmallLoss.Inputs).narrow(1, d * SmallLoss.Inputs,
                    SmallLoss.Inputs);
                Assert.True((block - expected[c][TensorIndex.Slice(0, SmallLoss.Inputs)][TensorIndex.Ellipsis, d,
                    TensorIndex.Slice(0, SmallLoss.Inputs)]).abs().max().item<double>() < 1e-8);
                Assert.Equal(expected[c, SmallLoss.Inputs, d, SmallLoss.Inputs].item<double>(),
                    actual[weights + c, weights + d].item<double>(), 1e-8);
            }
        }
    }

    [Fact]
    public void Hessian_products_are_differences_of_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using var small = new SmallLoss(isDeep: true);
        ModelLoss loss = small.Loss(30);
        Tensor v = RandomDirections.Unit(loss.Parameters.Size, ScalarType.Float64, 5);
        Tensor product = Operator(small, isHessian: true, batch: 11).Apply(v);
        const double Step = 1e-5;
        Tensor difference = (GradientAt(Step) - GradientAt(-Step)) / (2 * Step);
        Assert.True((product - difference).abs().max().item<double>() < 1e-6 * product.abs().max().item<double>() + 1e-9);

        Tensor GradientAt(double step)
        {
            Move(step);
            Tensor value = nn.functional.cross_entropy(small.Model.call(small.X), small.Y);
            Tensor gradient = ParameterVector.Join(Gradient.Of(value, loss.Parameters.Tensors));
            Move(-step);
            return gradient;
        }

        void Move(double step)
        {
            using IDisposable mode = no_grad();
            Tensor[] parts = loss.Parameters.Split(v);
            for (int i = 0; i < parts.Length; i++)
                loss.Parameters.Tensors[i].add_(parts[i], step);
        }
    }

    // J row by row, and G = (1/n) Σ Jᵀ(diag p − p pᵀ)J.
    [Fact]
    public void Gauss_Newton_is_the_product_of_Jacobians()
    {
        using DisposeScope scope = NewDisposeScope();
        using var small = new SmallLoss(isDeep: true);
        ModelLoss loss = small.Loss(30);
        Tensor expected = zeros(loss.Parameters.Size, loss.Parameters.Size, dtype: ScalarType.Float64);
        for (int i = 0; i < SmallLoss.Examples; i++)
        {
            Tensor logits = small.Model.call(small.X.narrow(0, i, 1));
            Tensor p = logits.softmax(1).detach().squeeze(0);
            Tensor jacobian = stack([.. Enumerable.Range(0, SmallLoss.Classes)
                .Select(c => ParameterVector.Join(Gradient.OfKeepingGraph(logits[0, c], loss.Parameters.Tensors)))]);
            expected += jacobian.t().mm(diag(p) - p.outer(p)).mm(jacobian) / SmallLoss.Examples;
        }

        Tensor actual = Dense(Operator(small, isHessian: false, batch: 13));
        Assert.True((actual - expected).abs().max().item<double>() < 1e-10);
        Assert.True(linalg.eigvalsh(actual).min().item<double>() > -1e-12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Products_of_several_vectors_are_those_of_each_and_batches_do_not_matter(bool isHessian)
    {
        using DisposeScope scope = NewDisposeScope();
        using var small = new SmallLoss(isDeep: true);
        LinearOperator whole = Operator(small, isHessian, batch: 30), cut = Operator(small, isHessian, batch: 4);
        Tensor vectors = stack([RandomDirections.Unit(whole.Size, ScalarType.Float64, 1),
            RandomDirections.Unit(whole.Size, ScalarType.Float64, 2)], 1);
        Tensor together = whole.Apply(vectors);
        Assert.True((together - cut.Apply(vectors)).abs().max().item<double>() < 1e-12);
        Assert.True((together.select(1, 1) - whole.Apply(vectors.select(1, 1).contiguous())).abs().max().item<double>() < 1e-14);
        // Self-adjoint: ⟨u, Av⟩ = ⟨Au, v⟩.
        double left = vectors.select(1, 0).dot(together.select(1, 1)).item<double>(),
            right = together.select(1, 0).dot(vectors.select(1, 1)).item<double>();
        Assert.Equal(left, right, 1e-12);
    }

    [Fact]
    public void Vectors_of_another_length_are_refused()
    {
        using var small = new SmallLoss(isDeep: false);
        using Tensor wrong = zeros(3, dtype: ScalarType.Float64);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Operator(small, true, 30).Apply(wrong));
        Assert.Contains("[3]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[15]", error.Message, StringComparison.Ordinal);
    }

    private static LossOperator Operator(SmallLoss small, bool isHessian, int batch) =>
        isHessian ? new HessianOperator(small.Loss(batch)) : new GaussNewtonOperator(small.Loss(batch));

    private static Tensor Dense(LinearOperator matrix) => matrix.ToDense();
}
