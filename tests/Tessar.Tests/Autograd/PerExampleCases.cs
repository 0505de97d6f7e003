using Tessar.Examples;
using Tessar.Models;
using Tessar.Tests.Inputs;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Autograd;

/// <summary>
/// Models and inputs on which the layer rules are compared with one backward pass per example. A new rule is tested by a row.
/// </summary>
internal static class PerExampleCases
{
    public static IReadOnlyList<PerExampleCase> All { get; } =
    [
        new("linear", () => nn.Linear(5, 3), [4, 5]),
        new("linear without bias", () => nn.Linear(5, 3, hasBias: false), [4, 5]),
        new(
            "linear over positions", () => nn.Sequential(("l", nn.Linear(5, 4)), ("f", nn.Flatten()), ("o", nn.Linear(24, 3))),
            [4, 6, 5]),
        new("convolution", () => Conv(nn.Conv2d(2, 3, 3), 3 * 16), [4, 2, 6, 6]),
        new("convolution, stride 2", () => Conv(nn.Conv2d(2, 3, 3, stride: 2), 3 * 9), [4, 2, 7, 8]),
        new("convolution, padding 1", () => Conv(nn.Conv2d(2, 3, 3, padding: 1), 3 * 20), [4, 2, 4, 5]),
        new("convolution, padding larger than kernel", () => Conv(nn.Conv2d(1, 2, 2, padding: 2), 2 * 49), [3, 1, 4, 4]),
        new("convolution, dilation 2", () => Conv(nn.Conv2d(2, 3, 3, dilation: 2), 3 * 9), [4, 2, 7, 7]),
        new("convolution, 2 groups", () => Conv(nn.Conv2d(4, 6, 3, padding: 1, groups: 2), 6 * 25), [3, 4, 5, 5]),
        new("convolution, depthwise", () => Conv(nn.Conv2d(4, 4, 3, padding: 1, groups: 4), 4 * 25), [3, 4, 5, 5]),
        new(
            "convolution, everything", () => Conv(nn.Conv2d(4, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 2), 6 * 16),
            [3, 4, 8, 8]),
        new("convolution, 1×1 without bias", () => Conv(nn.Conv2d(3, 2, 1, bias: false), 2 * 16), [3, 3, 4, 4]),
        new("convolution, padding same", () => Conv(nn.Conv2d(2, 3, 4L, padding: Padding.Same), 3 * 36), [3, 2, 6, 6]),
        new(
            "convolution, circular", () => Conv(nn.Conv2d(2, 3, 3, padding: 1, padding_mode: PaddingModes.Circular), 3 * 25),
            [3, 2, 5, 5]),
        new(
            "convolution, reflect", () => Conv(nn.Conv2d(2, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect), 3 * 25),
            [3, 2, 5, 5]),
        new("layer norm", () => nn.Sequential(("l", nn.Linear(5, 6)), ("n", nn.LayerNorm([6])), ("o", nn.Linear(6, 3))), [4, 5]),
        new(
            "layer norm over two axes",
            () => nn.Sequential(("n", nn.LayerNorm([2, 5])), ("f", nn.Flatten()), ("o", nn.Linear(40, 3))), [3, 4, 2, 5]),
        new(
            "group norm", () => Conv(nn.Sequential(("c", nn.Conv2d(2, 4, 3)), ("n", Initialized(nn.GroupNorm(2, 4)))), 4 * 16),
            [3, 2, 6, 6]),
        new(
            "batch norm in evaluation mode",
            () => Conv(nn.Sequential(("c", nn.Conv2d(2, 4, 3)), ("n", Used(nn.BatchNorm2d(4)))), 4 * 16), [3, 2, 6, 6]),
        new(
            "batch norm over features",
            () => nn.Sequential(("l", nn.Linear(5, 4)), ("n", Used(nn.BatchNorm1d(4))), ("o", nn.Linear(4, 3))), [4, 5]),
        new("in-place activation", () => nn.Sequential(
            ("c", nn.Conv2d(1, 3, 3)), ("r", nn.ReLU(inplace: true)), ("f", nn.Flatten()), ("l", nn.Linear(48, 5)),
            ("s", nn.ReLU(inplace: true)),
            ("o", nn.Linear(5, 3))), [4, 1, 6, 6]),
        new("residual connection", () => new Residual(), [4, 2, 5, 5]),
        new("layer called twice", () => new CalledTwice(), [4, 5]),
        new("weights shared between two layers", () => new SharedWeight(), [4, 5]),
        new("embedding", () => new Words(paddingRow: null), [4, 6], Integers: 7),
        new("embedding with padding row", () => new Words(paddingRow: 0), [4, 6], Integers: 7),
        new(
            "frozen first layer", () => Frozen(nn.Sequential(("a", nn.Linear(5, 4)), ("t", nn.Tanh()), ("o", nn.Linear(4, 3)))),
            [4, 5]),
        new(
            "parameters without a rule", () => nn.Sequential(("l", nn.Linear(5, 4)), ("p", nn.PReLU(4)), ("o", nn.Linear(4, 3))),
            [4, 5]),
        new("parameter used functionally", () => new Functional(), [4, 5]),
        new("resnet9", () => ModelSource.Parse("resnet9").Create(Images.Of(11, 12, 2), 3), [3, 2, 11, 12]),
        new("one example", () => nn.Linear(5, 3), [1, 5]),
    ];

    private static nn.Module<Tensor, Tensor> Conv(nn.Module<Tensor, Tensor> features, long flattened) =>
        nn.Sequential(("features", features), ("t", nn.Tanh()), ("f", nn.Flatten()), ("o", nn.Linear(flattened, 3)));

    // TorchSharp 0.107 leaves a group norm's weight and bias as the memory was.
    private static TorchSharp.Modules.GroupNorm Initialized(TorchSharp.Modules.GroupNorm norm)
    {
        using IDisposable mode = no_grad();
        norm.weight!.uniform_(-1, 1);
        norm.bias!.uniform_(-1, 1);
        return norm;
    }

    private static T Used<T>(T norm)
        where T : TorchSharp.Modules.NormBase
    {
        using IDisposable mode = no_grad();
        norm.running_mean!.uniform_(-1, 1);
        norm.running_var!.uniform_(0.5, 2);
        norm.weight!.uniform_(-1, 1);
        norm.bias!.uniform_(-1, 1);
        return norm;
    }

    private static TorchSharp.Modules.Sequential Frozen(TorchSharp.Modules.Sequential model)
    {
        foreach (var parameter in ((nn.Module)model[0]).parameters())
            parameter.requires_grad_(false);
        return model;
    }

    private sealed class Residual : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Conv2d first = nn.Conv2d(2, 2, 3, padding: 1);
        private readonly TorchSharp.Modules.Conv2d second = nn.Conv2d(2, 2, 3, padding: 1);
        private readonly TorchSharp.Modules.Linear head = nn.Linear(50, 3);

        public Residual()
            : base(nameof(Residual)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor inner = second.call(first.call(input).tanh());
            inner.add_(input); // works in place on a layer's output
            return head.call(inner.relu_().flatten(1));
        }
    }

    private sealed class CalledTwice : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear inner = nn.Linear(5, 5);
        private readonly TorchSharp.Modules.Linear head = nn.Linear(5, 3);

        public CalledTwice()
            : base(nameof(CalledTwice)) => RegisterComponents();

        public override Tensor forward(Tensor input) => head.call(inner.call(inner.call(input).tanh()).tanh());
    }

    internal sealed class SharedWeight : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear first = nn.Linear(5, 5);
        private readonly TorchSharp.Modules.Linear second = nn.Linear(5, 5);
        private readonly TorchSharp.Modules.Linear head = nn.Linear(5, 3);

        public SharedWeight()
            : base(nameof(SharedWeight)) => RegisterComponents();

        // After the conversion to another element type, which would make the two parameters separate again.
        public void Share() => second.weight = first.weight!;

        public override Tensor forward(Tensor input) => head.call(second.call(first.call(input).tanh()).tanh());
    }

    private sealed class Words : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Embedding table;
        private readonly TorchSharp.Modules.Linear head = nn.Linear(4, 3);

        public Words(long? paddingRow)
            : base(nameof(Words))
        {
            table = nn.Embedding(7, 4, padding_idx: paddingRow);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => head.call(table.call(input).tanh().sum(1));
    }

    private sealed class Functional : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear inner = nn.Linear(5, 5);
        private readonly TorchSharp.Modules.Parameter scale = nn.Parameter(rand(5, dtype: ScalarType.Float64));

        public Functional()
            : base(nameof(Functional)) => RegisterComponents();

        public override Tensor forward(Tensor input) => (inner.call(input) * scale).tanh().narrow(1, 0, 3);
    }
}

/// <summary>One model with one input shape.</summary>
internal sealed record PerExampleCase(string Name, Func<nn.Module<Tensor, Tensor>> Model, long[] InputShape, int Integers = 0)
{
    public Tensor Input(ScalarType type) =>
        Integers > 0 ? randint(0, Integers, InputShape, dtype: ScalarType.Int64) : randn(InputShape, dtype: type);

    public nn.Module<Tensor, Tensor> Make(ScalarType type)
    {
        nn.Module<Tensor, Tensor> model = Model().to(type);
        if (model is PerExampleCases.SharedWeight shared)
            shared.Share();
        return model;
    }

    public override string ToString() => Name;
}
