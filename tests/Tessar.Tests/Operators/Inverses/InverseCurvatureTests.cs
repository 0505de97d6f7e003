using Tessar.Autograd;
using Tessar.Gradients;
using Tessar.Operators;
using Tessar.Operators.Inverses;
using Tessar.Tasks;
using Tessar.Tests.Data;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Inverses;

/// <summary>What divides by a training set's curvature, asked by nobody's method.</summary>
public sealed class InverseCurvatureTests : IDisposable
{
    private const double Damping = 0.5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallRun _run = new(TinyConvolution.Source);
    private readonly GradientModel _model;

    public InverseCurvatureTests() => _model = new GradientModel(
        _run.View.Checkpoints[0].Open(), _run.Train, new ClassificationMargin(),
        UnsupportedParameters.LoopFallback, ScalarType.Float64);

    // A series is as long as the largest curvature is above the damping, so it gets more of it.
    public static TheoryData<string, double, double> Kinds => new()
    {
        { "explicit", Damping, 1e-9 }, { "conjugate", Damping, 1e-7 }, { "neumann", 200, 1e-2 }, { "krylov", Damping, 1e-6 },
    };

    public void Dispose()
    {
        _model.Dispose();
        _run.Dispose();
        _scope.Dispose();
    }

    // Right sides within the range of the matrix: what a Krylov space reaches.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Product_with_the_damped_matrix_gives_the_right_sides_back(string kind, double damping, double tolerance)
    {
        TrainCurvature curvature = Curvature(new Work());
        using InverseCurvature inverse = kind switch
        {
            "explicit" => new ExplicitInverse(curvature, damping),
            "conjugate" => new ConjugateInverse(curvature, damping, 1000, 1e-10),
            "neumann" => new NeumannInverse(curvature, damping, new NeumannSettings(60, SmallRun.TrainCount, 1)),
            _ => new KrylovInverse(curvature, damping, 1000, 1000),
        };
        random.manual_seed(8);
        LinearOperator matrix = curvature.Whole();
        Tensor right = matrix.Apply(randn(matrix.Size, 3, dtype: ScalarType.Float64));
        Tensor solved = inverse.Solve(right, new Work());
        Tensor back = matrix.Damped(inverse.Damping).Apply(solved);
        Assert.InRange((back - right).norm().item<double>() / right.norm().item<double>(), 0, tolerance);
        Assert.Equal(damping * curvature.MeanEigenvalue(), inverse.Damping);
        Assert.True(inverse.Damping > 0);
    }

    [Fact]
    public void A_matrix_that_does_not_fit_names_what_its_user_can_ask_instead()
    {
        var little = new Work { MemoryBudget = 1000 };
        TessarException plain = Assert.Throws<TessarException>(() => new ExplicitInverse(Curvature(little), Damping));
        Assert.Contains("the memory budget is 1,000. Choose a smaller model.", plain.Message, StringComparison.Ordinal);
        Assert.Empty(plain.Remedies);
        TrainCurvature told = Curvature(little, new CurvatureAlternatives([], ["toy/of-any-size"]));
        TessarException e = Assert.Throws<TessarException>(() => new ExplicitInverse(told, Damping));
        Assert.Contains("Use toy/of-any-size for models of this size.", e.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.UseMethod, "toy/of-any-size")], e.Remedies);
    }

    [Fact]
    public void Zero_curvature_names_them_too()
    {
        Assert.EndsWith(
            "Look at another checkpoint.", new CurvatureAlternatives([], []).Zero().Message, StringComparison.Ordinal);
        NumericalException told = new CurvatureAlternatives(["toy/flat"], []).Zero();
        Assert.EndsWith("another checkpoint, or use toy/flat.", told.Message, StringComparison.Ordinal);
        Assert.Equal([new Remedy(RemedyKind.UseMethod, "toy/flat")], told.Remedies);
    }

    private TrainCurvature Curvature(Work work, CurvatureAlternatives? alternatives = null) =>
        new(_model, _run.Train, CurvatureKind.GaussNewton, 40, work, 1)
        {
            Alternatives = alternatives ?? new CurvatureAlternatives([], []),
        };
}
