using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Tests.Data.UserModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Autograd;

public sealed class TiedParametersTests
{
    private const int Classes = 3;

    public static TheoryData<string> Models =>
        ["layers", "head takes words", "words take head", "words as output", "used outside"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Per_example_gradients_are_those_of_the_loop_in_both_precisions(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Create(name);
        Tensor inputs = randn([6, 1, 8, 8]), weights = randn([6, Classes]);
        using (var single = new PerExampleGradients(model, inputs))
            AssertLikeTheLoop(single, inputs, weights, 1e-5);

        ModulePrecision.Convert(model, ScalarType.Float64);
        Assert.All(model.named_parameters(), p => Assert.Equal(ScalarType.Float64, p.parameter.dtype));
        using var doubled = new PerExampleGradients(model, inputs.to_type(ScalarType.Float64));
        AssertLikeTheLoop(doubled, inputs.to_type(ScalarType.Float64), weights.to_type(ScalarType.Float64), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Another_precision_leaves_answers_and_ties_as_they_are(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Create(name);
        Tensor inputs = randn([6, 1, 8, 8]), before = model.call(inputs).detach();
        long parameters = Tessar.Tensors.DistinctParameters.CountTrained(model);
        ModulePrecision.Convert(model, ScalarType.Float64);
        Tensor after = model.call(inputs.to_type(ScalarType.Float64)).detach();
        Assert.True((before - after).abs().max().ToDouble() < 1e-5);
        Assert.Equal(parameters, Tessar.Tensors.DistinctParameters.CountTrained(model));

        // A step on what is listed moves every layer that holds it.
        using (no_grad())
        {
            foreach (Tessar.Tensors.DistinctParameter parameter in Tessar.Tensors.DistinctParameters.Of(model))
                parameter.Value.zero_();
        }

        Assert.Equal(0, model.call(inputs.to_type(ScalarType.Float64)).abs().max().ToDouble());
    }

    [Fact]
    public void Parameter_that_acts_past_its_layer_is_named_and_looped_over()
    {
        using nn.Module<Tensor, Tensor> words = Create("words as output"), outside = Create("used outside"),
            plain = Create("layers");
        using Tensor inputs = randn([2, 1, 8, 8]);
        using (var gradients = new PerExampleGradients(words, inputs))
            Assert.Equal(["tok.weight"], gradients.Unsupported);
        using (var gradients = new PerExampleGradients(outside, inputs))
            Assert.Equal(["first.weight", "first.bias"], gradients.Unsupported);
        using (var gradients = new PerExampleGradients(plain, inputs))
            Assert.Empty(gradients.Unsupported);
        Assert.Throws<GradientException>(() => new PerExampleGradients(words, inputs, UnsupportedParameters.Throw));
    }

    private static nn.Module<Tensor, Tensor> Create(string name)
    {
        manual_seed(7).Dispose();
        return name switch
        {
            "layers" => new TiedLayers(new ImageShape(8, 8, 1), Classes),
            "head takes words" => new HeadTakesWords(Classes),
            "words take head" => new WordsTakeHead(Classes),
            "words as output" => new WordsAsOutput(Classes),
            _ => new WithWeightUsedOutside(new ImageShape(8, 8, 1), Classes),
        };
    }

    private static void AssertLikeTheLoop(PerExampleGradients gradients, Tensor inputs, Tensor weights, double tolerance)
    {
        Tensor fast = gradients.Of(inputs, _ => weights), loop = gradients.OfByLoop(inputs, _ => weights);
        Assert.Equal(loop.shape, fast.shape);
        Assert.True(loop.abs().max().ToDouble() > 0);
        Assert.True((fast - loop).abs().max().ToDouble() <= tolerance * loop.abs().max().ToDouble());
    }
}
