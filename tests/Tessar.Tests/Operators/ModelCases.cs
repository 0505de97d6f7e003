using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Operators;

/// <summary>Models, inputs and losses that every curvature operator is compared on with its dense matrix. A new operator is
/// tested by existing.</summary>
internal static class ModelCases
{
    /// <summary>Examples of each: batches of 3 leave one, of 5 leave two.</summary>
    public const int Examples = 7;

    /// <summary>Outputs of each model.</summary>
    public const int Outputs = 3;

    /// <summary>The losses that each model is run with.</summary>
    public static IReadOnlyList<LossCase> Losses { get; } =
    [
        new("cross-entropy", new Tessar.Tasks.SoftmaxCrossEntropy(), (f, y) =>
            nn.functional.cross_entropy(f, y, reduction: nn.Reduction.Sum)),
        new("half squared error", new HalfSquaredError(), (f, y) => nn.functional.mse_loss(f, y, nn.Reduction.Sum) * 0.5),
        new("independent labels", new IndependentLabels(), (f, y) =>
            nn.functional.binary_cross_entropy_with_logits(f, y, reduction: nn.Reduction.Sum)),
    ];

    /// <summary>The models.</summary>
    public static IReadOnlyList<ModelCase> All { get; } =
    [
        new("linear", () => nn.Linear(4, 3), [4]),
        new("linear without bias", () => nn.Linear(4, 3, hasBias: false), [4]),
        new("tanh", () => Two(nn.Tanh()), [4]),
        new("sigmoid", () => Two(nn.Sigmoid()), [4]),
        new("relu", () => Two(nn.ReLU()), [4]) { HasKinks = true },
        new("relu in place", () => Two(nn.ReLU(inplace: true)), [4]) { HasKinks = true },
        new("gelu", () => Two(nn.GELU()), [4]),
        new("silu", () => Two(nn.SiLU()), [4]),
        new("softplus", () => Two(nn.Softplus()), [4]),
        new("leaky relu", () => Two(nn.LeakyReLU(0.1)), [4]) { HasKinks = true },
        new("convolution", () => Conv(), [1, 4, 4]),
        new("convolution of a channels-last picture", () => Conv(channels: 2), [2, 4, 4]) { Layout = x =>
            x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) },
        new("inputs that are a transposed view", () => Two(nn.Tanh()), [4]) { Layout = x => x.t().contiguous().t() },
        new("inputs that are every second row", () => Two(nn.Tanh()), [4]) { Layout = x =>
            stack([x, x], 1).flatten(0, 1)[TensorIndex.Slice(0, null, 2)] },
        new("batch norm in evaluation mode", () => Hidden(Used(nn.BatchNorm1d(3))), [4]),
        new("layer norm", () => Hidden(nn.LayerNorm([3])), [4]),
        new("group norm", () => Conv(Initialized(nn.GroupNorm(1, 2))), [1, 4, 4]),
        new("embedding", () => nn.Sequential(("words", nn.Embedding(5, 3)), ("flat", nn.Flatten()), ("out", nn.Linear(6, 3))),
            [2]) { Words = 5 },
        new("tied weights", () => new Tied(), [2]) { Words = 3 },
        new("frozen first layer", () => Frozen(Two(nn.Tanh())), [4]),
        new("a layer that is never called", () => new OneIsIdle(), [4]),
        new("a layer that is called twice", () => new CalledTwice(), [3]),
    ];

    /// <summary>The case of a name.</summary>
    public static ModelCase Of(string name) => All.Single(one => one.Name == name);

    private static Sequential Two(nn.Module<Tensor, Tensor> activation) =>
        nn.Sequential(("one", nn.Linear(4, 3)), ("act", activation), ("two", nn.Linear(3, 3)));

    private static Sequential Hidden(nn.Module<Tensor, Tensor> norm) =>
        nn.Sequential(("one", nn.Linear(4, 3)), ("norm", norm), ("act", nn.Tanh()), ("two", nn.Linear(3, 3)));

    private static Sequential Conv(nn.Module<Tensor, Tensor>? norm = null, int channels = 1) => nn.Sequential(
        ("conv", nn.Conv2d(channels, 2, 3, padding: 1)), ("norm", norm ?? nn.Identity()), ("act", nn.Tanh()),
            ("pool", nn.AvgPool2d(4)), ("flat", nn.Flatten()),
        ("out", nn.Linear(2, 3)));

    private static T Used<T>(T norm)
        where T : NormBase
    {
        using IDisposable mode = no_grad();
        norm.running_mean!.uniform_(-1, 1);
        norm.running_var!.uniform_(0.5, 2);
        norm.weight!.uniform_(0.5, 1);
        norm.bias!.uniform_(-1, 1);
        return norm;
    }

    // TorchSharp 0.107 leaves a group norm's weight and bias as the memory was.
    private static GroupNorm Initialized(GroupNorm norm)
    {
        using IDisposable mode = no_grad();
        norm.weight!.uniform_(0.5, 1);
        norm.bias!.uniform_(-1, 1);
        return norm;
    }

    private static Sequential Frozen(Sequential model)
    {
        foreach (Parameter parameter in ((nn.Module)model[0]).parameters())
            parameter.requires_grad_(false);
        return model;
    }

    /// <summary>Word vectors that are the weights of the output layer too.</summary>
    internal sealed class Tied : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding _words = nn.Embedding(3, 4);
        private readonly Linear _head = nn.Linear(4, 3);

        public Tied()
            : base(nameof(Tied)) => RegisterComponents();

        // After a conversion to another type, which would make two parameters of it again.
        public void Share() => _head.weight = _words.weight!;

        public override Tensor forward(Tensor input) => _head.call(_words.call(input).tanh().sum(1));
    }

    private sealed class OneIsIdle : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _one = nn.Linear(4, 3);
        private readonly Linear _idle = nn.Linear(2, 2);

        public OneIsIdle()
            : base(nameof(OneIsIdle)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _one.call(input).tanh() * 2;
    }

    private sealed class CalledTwice : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _inner = nn.Linear(3, 3);

        public CalledTwice()
            : base(nameof(CalledTwice)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _inner.call(_inner.call(input).tanh());
    }
}
