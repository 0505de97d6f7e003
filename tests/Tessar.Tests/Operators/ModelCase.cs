using Tessar.Operators;
using Tessar.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>A model with the shape of one input.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="Model">Makes it in fp32, from the global generator.</param>
/// <param name="Input">Shape of one example.</param>
internal sealed record ModelCase(string Name, Func<nn.Module<Tensor, Tensor>> Model, long[] Input)
{
    /// <summary>How many words there are, when inputs are word numbers.</summary>
    public int Words { get; init; }

    /// <summary>Whether a difference of gradients may step over a kink.</summary>
    public bool HasKinks { get; init; }

    /// <summary>Lays inputs out in memory.</summary>
    public Func<Tensor, Tensor> Layout { get; init; } = x => x;

    /// <summary>The model and its examples; the same numbers in every type.</summary>
    public BuiltCase Build(LossCase loss, ScalarType type, int seed = 3)
    {
        random.manual_seed(seed);
        nn.Module<Tensor, Tensor> model = Model();
        model.to(type).eval();
        if (model is ModelCases.Tied tied)
            tied.Share();
        long[] shape = [ModelCases.Examples, .. Input];
        Tensor inputs = Words > 0 ? randint(0, Words, shape, dtype: ScalarType.Int64) : Layout(randn(shape).to_type(type));
        return new BuiltCase(model, inputs, loss.Targets(type), loss);
    }
}

/// <summary>A loss with its definition by libtorch, which references are made from.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Loss">The loss that operators use.</param>
/// <param name="Reference">Σ_i ℓ(f_i, y_i) by libtorch's own functions.</param>
internal sealed record LossCase(string Name, IOutputLoss Loss, Func<Tensor, Tensor, Tensor> Reference)
{
    /// <summary>Targets of all examples.</summary>
    public Tensor Targets(ScalarType type) => Loss switch
    {
        SoftmaxCrossEntropy => randint(0, ModelCases.Outputs, [ModelCases.Examples], dtype: ScalarType.Int64),
        HalfSquaredError => randn(ModelCases.Examples, ModelCases.Outputs).to_type(type),
        _ => randint(0, 2, [ModelCases.Examples, ModelCases.Outputs], dtype: ScalarType.Int64).to_type(type),
    };

    /// <summary>Targets with probabilities that have the mean and covariance of the model's own distribution at outputs f [1,
    /// C].</summary>
    public IEnumerable<(double Probability, Tensor Target)> Distribution(Tensor f)
    {
        switch (Loss)
        {
            case SoftmaxCrossEntropy:
                double[] p = f.softmax(1).flatten().to_type(ScalarType.Float64).data<double>().ToArray();
                for (long c = 0; c < p.Length; c++)
                    yield return (p[c], tensor(new[] { c }));
                break;
            case HalfSquaredError:
                // N(f, I) by its 2C sigma points.
                for (int c = 0; c < ModelCases.Outputs; c++)
                {
                    foreach (int sign in new[] { -1, 1 })
                    {
                        Tensor y = f.clone();
                        y[0, c] += sign * Math.Sqrt(ModelCases.Outputs);
                        yield return (0.5 / ModelCases.Outputs, y);
                    }
                }

                break;
            default:
                double[] q = f.sigmoid().flatten().to_type(ScalarType.Float64).data<double>().ToArray();
                for (int set = 0; set < 1 << q.Length; set++)
                {
                    double[] y = [.. q.Select((_, c) => (double)((set >> c) & 1))];
                    yield return (q.Select((one, c) => y[c] > 0 ? one : 1 - one).Aggregate((a, b) => a * b),
                        tensor(y).unsqueeze(0).to_type(f.dtype));
                }

                break;
        }
    }
}

/// <summary>A model with examples in memory.</summary>
internal sealed record BuiltCase(nn.Module<Tensor, Tensor> Model, Tensor Inputs, Tensor Targets, LossCase Loss) : IDisposable
{
    public ParameterVector Parameters { get; } = ParameterVector.Of(Model);

    /// <summary>What operators are made of.</summary>
    public ModelLoss With(LossOperatorSettings? settings = null) =>
        new(Model, Parameters, Loss.Loss, LossExamples.Of(Inputs, Targets), settings);

    public void Dispose()
    {
        Model.Dispose();
        Inputs.Dispose();
        Targets.Dispose();
    }
}
