using Tessar.Gradients;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tessar.Tests.Gradients;

public sealed class LayerActivationsTests
{
    [Fact]
    public void Last_linear_layer_is_the_one_called_last_whatever_the_order_of_registration()
    {
        using var model = new Backwards();
        using Tensor inputs = ones(2, 3);

        Assert.Equal("first", LayerActivations.LastLinear(model, inputs)?.Name);
    }

    [Fact]
    public void A_model_without_a_dense_layer_has_none()
    {
        using Sequential model = nn.Sequential(("flat", nn.Flatten()), ("relu", nn.ReLU()));
        using Tensor inputs = ones(2, 3);

        Assert.Null(LayerActivations.LastLinear(model, inputs));
    }

    [Fact]
    public void Values_are_those_at_the_call_even_when_the_next_layer_works_in_place()
    {
        using Linear linear = nn.Linear(2, 2);
        using Sequential model = nn.Sequential(("linear", linear), ("relu", nn.ReLU(inplace: true)));
        using var scope = NewDisposeScope();
        Tensor inputs = tensor(new float[,] { { 1, -2 }, { -3, 4 } });
        using var watch = new LayerActivations(model, layer => layer is Linear);

        LayerActivation seen = Assert.Single(watch.Of(inputs));

        Assert.Equal(linear.call(inputs).data<float>().ToArray(), seen.Output.data<float>().ToArray());
        Assert.Contains(seen.Output.data<float>().ToArray(), value => value < 0);
        Assert.Equal(inputs.data<float>().ToArray(), seen.Input.data<float>().ToArray());
        Assert.Equal("linear", seen.Name);
    }

    [Fact]
    public void A_layer_called_twice_is_seen_twice_and_nothing_once_the_watch_has_ended()
    {
        using var model = new Twice();
        using var scope = NewDisposeScope();
        Tensor inputs = ones(1, 2);
        var watch = new LayerActivations(model, layer => layer is Linear);
        Assert.Equal(2, watch.Of(inputs).Count);

        watch.Dispose();

        Assert.Empty(watch.Of(inputs));
    }

    [Fact]
    public void Tensors_are_given_back()
    {
        using var model = new Backwards();
        using Tensor inputs = ones(2, 3);
        TensorBalance.Holds(() => LayerActivations.LastLinear(model, inputs));
    }

    private sealed class Backwards : nn.Module<Tensor, Tensor>
    {
        private readonly Linear first = nn.Linear(4, 2);
        private readonly Linear second = nn.Linear(3, 4);

        public Backwards() : base(nameof(Backwards)) => RegisterComponents();

        public override Tensor forward(Tensor input) => first.call(second.call(input));
    }

    private sealed class Twice : nn.Module<Tensor, Tensor>
    {
        private readonly Linear linear = nn.Linear(2, 2);

        public Twice() : base(nameof(Twice)) => RegisterComponents();

        public override Tensor forward(Tensor input) => linear.call(linear.call(input));
    }
}
