using Tessar.Operators.Kronecker;
using TorchSharp;
using static Tessar.Tests.Operators.Kronecker.TinyModels;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Kronecker;

public sealed class KroneckerCurvatureTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public KroneckerCurvatureTests() => random.manual_seed(4);

    public void Dispose() => _scope.Dispose();

    // Every kind of model: gradients of blocks are those of one backward pass per example, and rotating keeps their length.
    [Theory]
    [InlineData("dense", 2, 0)]
    [InlineData("convolution", 2, 0)]
    [InlineData("in-place", 2, 0)]
    [InlineData("called twice", 3, 0)]
    [InlineData("shared weight", 2, 3)]
    public void Eigenvalues_add_up_to_the_mean_squared_gradient(string kind, int layers, int others)
    {
        using nn.Module<Tensor, Tensor> model = kind switch
        {
            "dense" => TinyModels.Dense(),
            "called twice" => Tied(sharesWeight: false),
            "shared weight" => Tied(sharesWeight: true),
            _ => Convolution(kind == "in-place"),
        };
        using var source = new FixedSource(model, Images(12), Classes, Labels(12));
        Assert.Equal((layers, others), (source.Blocks.Layers.Count, source.Blocks.Others.Count));
        using KroneckerCurvature curvature = Fit(source);
        Tensor flat = source.ByLoop(0, 12);
        for (int b = 0; b < curvature.Shapes.Count; b++)
        {
            Tensor rows = Rows(source, b, flat);
            double wanted = rows.square().sum().item<double>() / 12;
            Assert.Equal(wanted, curvature.Values[b].sum().item<double>(), 1e-10 * wanted);
            Assert.InRange(Largest(source.Blocks.Gradient(source.Run(0, 12, 0), b) - rows), 0, 1e-12);
            // For a parameter without factors each entry on its own.
            if (!curvature.Shapes[b].IsFactored)
                Assert.InRange(Largest(rows.square().mean([0]) - curvature.Values[b].flatten()), 0, 1e-12);
        }

        Assert.InRange(curvature.TraceGap, 0, 1e-12);
        Assert.InRange(curvature.EigenvalueGap, 0, 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Kfac_eigenvalues_are_products_of_those_of_the_factors(bool convolution)
    {
        using nn.Module<Tensor, Tensor> model = convolution ? Convolution() : TinyModels.Dense();
        using var source = new FixedSource(model, Images(9), Classes, Labels(9));
        using KroneckerCurvature curvature = Fit(source, isKfac: true);
        using var sums = new CovarianceSums(source.Blocks.Shapes);
        sums.Add(source.Blocks, source.Run(0, 9, 0));
        for (int l = 0; l < 2; l++)
        {
            Tensor a = sums.Inputs[l] / sums.Positions(l), d = sums.Outputs[l] / 9;
            Assert.Equal(convolution && l == 0 ? 9 * 36 : 9, sums.Positions(l));
            Tensor expected = linalg.eigvalsh(kron(d, a)), found = curvature.Values[l].flatten().sort().Values;
            Assert.InRange(Largest(found - expected), 0, 1e-12 * Largest(expected));
            Assert.InRange(Largest(Dense(curvature, l) - kron(d, a)), 0, 1e-12 * Largest(expected));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Applying_the_inverse_is_the_dense_solution(bool convolution, bool isKfac)
    {
        using nn.Module<Tensor, Tensor> model = convolution ? Convolution() : TinyModels.Dense();
        using var source = new FixedSource(model, Images(20), Classes, Labels(20));
        using KroneckerCurvature curvature = Fit(source, isKfac);
        (Tensor[] inverses, double[] dampings) = curvature.Inverses(0.1);
        for (int b = 0; b < curvature.Shapes.Count; b++)
        {
            long size = curvature.Shapes[b].Count;
            Tensor rows = source.Blocks.Gradient(source.Run(0, 20, 0), b);
            Tensor damped = Dense(curvature, b) + dampings[b] * eye(size, dtype: ScalarType.Float64);
            Tensor expected = linalg.solve(damped, rows.t()).t();
            Assert.InRange(Largest(curvature.Apply(b, rows, inverses[b]) - expected), 0, 1e-11 * Largest(expected));
            Assert.Equal(0.1 * curvature.Values[b].mean().item<double>(), dampings[b]);
        }

        Tensor quadratic = curvature.Quadratic(source.Blocks, source.Run(0, 20, 0), inverses);
        Tensor[] applied = [.. Enumerable.Range(0, 2)
            .Select(b => curvature.Apply(b, source.Blocks.Gradient(source.Run(0, 20, 0), b), inverses[b]))];
        Tensor pairs = BlockProducts.Of(source.Blocks, source.Run(0, 20, 0), applied);
        Assert.InRange(Largest(pairs.diagonal() - quadratic), 0, 1e-11 * Largest(pairs));
        Assert.InRange(
            Largest(BlockProducts.Paired(source.Blocks, source.Run(0, 20, 0), applied) - quadratic), 0, 1e-11 * Largest(pairs));
    }

    // One example, one layer, one position: the Fisher is exactly E[δδᵀ] ⊗ aaᵀ.
    [Fact]
    public void One_example_in_one_layer_gives_the_explicit_gauss_newton_matrix()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(("flat", nn.Flatten()), ("fc", nn.Linear(64, Classes)))
            .to(ScalarType.Float64);
        Tensor input = Images(1);
        using var source = new FixedSource(model, input, Classes);
        using KroneckerCurvature kfac = Fit(source, isKfac: true), ekfac = Fit(source);
        Tensor p = model.call(input).softmax(1).flatten()
            .detach(), a = cat([input.flatten(), ones(1, dtype: ScalarType.Float64)]);
        // ∂logits/∂vec(W) = I ⊗ aᵀ.
        Tensor jacobian = kron(eye(Classes, dtype: ScalarType.Float64), a.unsqueeze(0));
        Tensor expected = jacobian.t().mm(diag(p) - p.outer(p)).mm(jacobian);
        Assert.InRange(Largest(Dense(kfac, 0) - expected), 0, 1e-10 * Largest(expected));
        Assert.InRange(Largest(Dense(ekfac, 0) - expected), 0, 1e-10 * Largest(expected));
    }

    [Fact]
    public void Without_curvature_and_damping_scores_are_gradient_products()
    {
        using nn.Module<Tensor, Tensor> model = Convolution();
        using var source = new FixedSource(model, Images(10), Classes, Labels(10));
        using var covariances = new CovarianceSums(source.Blocks.Shapes);
        covariances.Add(source.Blocks, source.Run(0, 10, 0));
        using var sums = new EigenvalueSums(source.Blocks.Shapes);
        foreach (Tensor value in sums.Values)
            value.fill_(7);
        sums.Tensors["examples"].fill_(7);
        using var curvature = new KroneckerCurvature(
            Eigenbasis.Of(covariances, ScalarType.Float64, Context), sums, isKfac: false);
        (Tensor[] inverses, _) = curvature.Inverses(0);
        Tensor[] rows = [.. Enumerable.Range(0, 2)
            .Select(b => curvature.Apply(b, source.Blocks.Gradient(source.Run(0, 10, 0), b), inverses[b]))];
        Tensor flat = source.ByLoop(0, 10), expected = flat.mm(flat.t());
        Assert.InRange(
            Largest(BlockProducts.Of(source.Blocks, source.Run(0, 10, 0), rows) - expected), 0, 1e-12 * Largest(expected));
    }

    // With 36 positions the trace would be 36 times too small if D were divided by positions, as A is.
    [Fact]
    public void Kfac_of_a_convolution_has_about_the_trace_of_the_fisher()
    {
        using nn.Module<Tensor, Tensor> model = Convolution();
        using var source = new FixedSource(model, Images(40), Classes);
        using KroneckerCurvature kfac = Fit(source, isKfac: true), ekfac = Fit(source);
        double trace = kfac.Values[0].sum().item<double>(), fisher = ekfac.Values[0].sum().item<double>();
        Assert.InRange(trace / fisher, 0.5, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    public void Batches_do_not_matter(int batchSize)
    {
        using nn.Module<Tensor, Tensor> model = Convolution();
        using var source = new FixedSource(model, Images(20), Classes, Labels(20));
        using KroneckerCurvature one = Fit(source, batchSize: 5), two = Fit(source, batchSize: batchSize);
        for (int b = 0; b < 2; b++)
            Assert.InRange(Largest(Dense(one, b) - Dense(two, b)), 0, 1e-10 * Largest(Dense(one, b)));
    }

    // Uneven parts: sums and counts add up.
    [Fact]
    public void Merged_parts_are_the_whole()
    {
        using nn.Module<Tensor, Tensor> model = Tied(sharesWeight: true);
        using var source = new FixedSource(model, Images(20), Classes, Labels(20));
        using CovarianceSums whole = Covariances(0, 20), left = Covariances(0, 3), right = Covariances(3, 17);
        left.Merge(right);
        AssertEqual(whole.Tensors, left.Tensors);
        using Eigenbasis basis = Eigenbasis.Of(whole, ScalarType.Float64, Context);
        using EigenvalueSums all = Eigenvalues(0, 20), first = Eigenvalues(0, 11), second = Eigenvalues(11, 9);
        first.Merge(second);
        AssertEqual(all.Tensors, first.Tensors);
        Assert.Equal(20, first.Examples);

        CovarianceSums Covariances(int from, int count)
        {
            var sums = new CovarianceSums(source.Blocks.Shapes);
            sums.Add(source.Blocks, source.Run(from, count, 0));
            return sums;
        }

        EigenvalueSums Eigenvalues(int from, int count)
        {
            var sums = new EigenvalueSums(source.Blocks.Shapes);
            sums.Add(source.Blocks, source.Run(from, count, 0), basis);
            return sums;
        }

        static void AssertEqual(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> found) =>
            Assert.All(
                expected,
                pair => Assert.InRange(Largest(pair.Value - found[pair.Key]), 0, 1e-12 * Math.Max(1, Largest(pair.Value))));
    }

    // Many outputs and targets: products of layers with one position go in parts.
    [Fact]
    public void Products_in_parts_are_the_products()
    {
        using nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("flat", nn.Flatten()), ("one", nn.Linear(64, 3000)), ("act", nn.Tanh()), ("two", nn.Linear(3000, Classes)))
                .to(ScalarType.Float64);
        using var source = new FixedSource(model, Images(40), Classes, Labels(40));
        Tensor[] rows = [.. source.Blocks.Shapes.Select(shape => randn([50, shape.Count], ScalarType.Float64))];
        Tensor expected = source.Blocks.Gradient(source.Run(0, 40, 0), 0).mm(rows[0].t())
            + source.Blocks.Gradient(source.Run(0, 40, 0), 1).mm(rows[1].t());
        Assert.InRange(
            Largest(BlockProducts.Of(source.Blocks, source.Run(0, 40, 0), rows) - expected), 0, 1e-11 * Largest(expected));
    }
}
