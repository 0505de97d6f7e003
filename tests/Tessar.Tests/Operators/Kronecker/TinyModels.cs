using Tessar.Autograd;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators.Kronecker;

/// <summary>Models and data small enough for dense matrices, in fp64.</summary>
internal static class TinyModels
{
    public const int Classes = 3;
    public static readonly MethodContext Context = new();

    /// <summary>[n, 1, 8, 8] normal numbers.</summary>
    public static Tensor Images(int count) => randn([count, 1, 8, 8], ScalarType.Float64);

    public static Tensor Labels(int count) => randint(0, Classes, [count], ScalarType.Int64);

    /// <summary>A convolution with 36 positions and a dense layer.</summary>
    public static nn.Module<Tensor, Tensor> Convolution(bool inplace = false) => nn.Sequential(
        ("conv", nn.Conv2d(1, 4, 3)), ("relu", nn.ReLU(inplace)), ("pool", nn.AvgPool2d(3)), ("flat", nn.Flatten()),
        ("fc", nn.Linear(16, Classes))).to(ScalarType.Float64);

    /// <summary>Two dense layers.</summary>
    public static nn.Module<Tensor, Tensor> Dense() => nn.Sequential(
        ("flat", nn.Flatten()), ("one", nn.Linear(64, 5)), ("act", nn.Tanh()), ("two", nn.Linear(5, Classes)))
            .to(ScalarType.Float64);

    /// <summary>One dense layer that is called twice in a row, and one that shares its weight with another.</summary>
    public static nn.Module<Tensor, Tensor> Tied(bool sharesWeight) => new TiedModel(sharesWeight);

    public static KroneckerCurvature Fit(
        FixedSource source, bool isKfac = false, int batchSize = 5, FactorFiles? files = null, MethodContext? context = null) =>
        new CurvatureFit(
            source.Blocks.Shapes, [() => new Borrowed(source)], source.Count, batchSize, ScalarType.Float64, files,
            context ?? Context).Fit(isKfac);

    /// <summary>H of a block as a dense matrix, vec row by row: Λ seen through φ(H) applied to unit vectors.</summary>
    public static Tensor Dense(KroneckerCurvature curvature, int block)
    {
        long size = curvature.Shapes[block].Count;
        return curvature.Apply(block, eye(size, dtype: ScalarType.Float64), curvature.Values[block]);
    }

    /// <summary>Gradients of a block from flat ones in the model's order: weight and bias of a layer side by side.</summary>
    public static Tensor Rows(FixedSource source, int block, Tensor flat)
    {
        ParameterSlot[] slots = [.. source.Blocks.Shapes[block].Parameters.Select(name =>
            source.Gradients.Captured.Single(slot => slot.Name == name))];
        Tensor[] parts = [.. slots.Select(slot =>
            flat.narrow(1, slot.Offset, slot.Count).reshape(flat.shape[0], source.Blocks.Shapes[block].Outputs, -1))];
        return cat(parts, 2).flatten(1);
    }

    public static double Largest(Tensor tensor) => tensor.abs().max().to_type(ScalarType.Float64).item<double>();

    /// <summary>A source that stays its owner's.</summary>
    internal sealed class Borrowed(FixedSource source) : CurvatureSource
    {
        public override CurvatureBlocks Blocks => source.Blocks;

        public override CapturedBatch Run(int first, int count, int pass) => source.Run(first, count, pass);
    }

    private sealed class TiedModel : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear first = nn.Linear(64, 6, dtype: ScalarType.Float64);
        private readonly TorchSharp.Modules.Linear middle = nn.Linear(6, 6, dtype: ScalarType.Float64);
        private readonly TorchSharp.Modules.Linear? again;
        private readonly TorchSharp.Modules.Linear last = nn.Linear(6, Classes, dtype: ScalarType.Float64);

        public TiedModel(bool sharesWeight)
            : base(nameof(TiedModel))
        {
            again = sharesWeight ? nn.Linear(6, 6, dtype: ScalarType.Float64) : null;
            RegisterComponents();
            if (sharesWeight)
                again!.weight = middle.weight!;
        }

        public override Tensor forward(Tensor input)
        {
            Tensor hidden = middle.call(first.call(input.flatten(1)).tanh()).tanh();
            return last.call((again ?? middle).call(hidden).tanh());
        }
    }
}
