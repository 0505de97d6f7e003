using Tessar.Autograd;
using Tessar.Tests.Processes;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Autograd;

public sealed class GradientTests
{
    private const string Misuse = "misuse of the gradient door";

    [Fact]
    public void Gradient_of_a_sum_of_squares_is_twice_the_input()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, -2, 3.5);
        Assert.Equal([2, -4, 7], Values(Gradient.Of(x.square().sum(), [x])[0]));
    }

    [Fact]
    public void Direction_weighs_the_elements_of_the_output()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, -2, 3.5);
        Assert.Equal([2, -40, 700], Values(Gradient.Of(x.square(), [x], tensor(new double[] { 1, 10, 100 }))[0]));
    }

    [Fact]
    public void Each_input_has_its_own_gradient_and_an_unused_one_zeros()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2), y = Variable(3, 4), unused = zeros(2, 3, dtype: ScalarType.Float64, requires_grad: true);
        Tensor[] gradients = Gradient.Of((x * y).sum(), [x, unused, y]);
        Assert.Equal([3, 4], Values(gradients[0]));
        Assert.Equal([2, 3], gradients[1].shape);
        Assert.Equal(new double[6], Values(gradients[1]));
        Assert.Equal([1, 2], Values(gradients[2]));
        Assert.All(gradients, g => Assert.False(g.requires_grad));
    }

    [Fact]
    public void Captured_activation_can_be_an_input()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2);
        Tensor hidden = x * 3;
        Tensor[] gradients = Gradient.Of(hidden.square().sum(), [hidden, x]);
        Assert.Equal([6, 12], Values(gradients[0]));
        Assert.Equal([18, 36], Values(gradients[1]));
    }

    [Fact]
    public void Differentiable_gradient_can_be_differentiated_again()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(2, -1);
        Tensor first = Gradient.Of(x.pow(3).sum(), [x], differentiable: true)[0];
        Assert.Equal([12, 3], Values(first));
        Assert.Equal([12, -6], Values(Gradient.Of(first.sum(), [x])[0]));
    }

    [Fact]
    public void Gradients_that_others_keep_are_left_alone_also_after_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2), y = Variable(3, 4), bystander = Variable(5, 6);
        x.grad = tensor(new double[] { 7, 8 });
        Gradient.Of((x * y * bystander).sum(), [x, y]);
        Assert.Equal([7, 8], Values(x.grad));
        Assert.Null(y.grad);
        Assert.Null(bystander.grad);

        Tensor overwritten = x.exp();
        Tensor output = (overwritten + y).sum();
        overwritten.add_(1);
        Assert.Throws<GradientException>(() => Gradient.Of(output, [x, y]));
        Assert.Equal([7, 8], Values(x.grad));
        Assert.Null(y.grad);
    }

    [Fact]
    public void Input_that_is_named_twice_keeps_its_gradient_field()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2);
        x.grad = tensor(new double[] { 7, 8 });
        Tensor[] gradients = Gradient.Of(x.square().sum(), [x, x]);
        Assert.All(gradients, g => Assert.Equal([2, 4], Values(g)));
        Assert.Equal([7, 8], Values(x.grad));
    }

    public static TheoryData<string, string, string> WrongArguments => new()
    {
        { "no inputs", "inputs", "inputs is empty" },
        { "null input", "inputs", "inputs[1] is null or disposed" },
        { "disposed input", "inputs", "inputs[1] is null or disposed" },
        { "input without gradient", "inputs", "inputs[1] (shape [3]) doesn't require a gradient" },
        { "output without gradient", "output", "output (shape []) doesn't depend on anything that requires a gradient" },
        { "disposed output", "output", "output is a disposed tensor" },
        { "output that is no scalar", "output", "output has shape [2]; without a direction it must be a scalar" },
        { "direction of another shape", "direction", "direction is Float64 [3]; expected Float64 [2]" },
        { "direction of another type", "direction", "direction is Float32 [2]; expected Float64 [2]" },
        { "direction that could be broadcast", "direction", "direction is Float64 [1]; expected Float64 [2]" },
    };

    [Theory]
    [MemberData(nameof(WrongArguments))]
    public void Wrong_argument_is_named_with_its_shape(string mistake, string argument, string message)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2), disposed = Variable(1), square = x.square();
        disposed.Dispose();
        ArgumentException e = Assert.Throws<ArgumentException>(() => mistake switch
        {
            "no inputs" => Gradient.Of(square.sum(), []),
            "null input" => Gradient.Of(square.sum(), [x, null!]),
            "disposed input" => Gradient.Of(square.sum(), [x, disposed]),
            "input without gradient" => Gradient.Of(square.sum(), [x, zeros(3)]),
            "output without gradient" => Gradient.Of(zeros(2).sum(), [x]),
            "disposed output" => Gradient.Of(disposed, [x]),
            "output that is no scalar" => Gradient.Of(square, [x]),
            "direction of another shape" => Gradient.Of(square, [x], ones(3, dtype: ScalarType.Float64)),
            "direction of another type" => Gradient.Of(square, [x], ones(2, dtype: ScalarType.Float32)),
            _ => Gradient.Of(square, [x], ones(1, dtype: ScalarType.Float64)),
        });
        Assert.Equal(argument, e.ParamName);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Null(x.grad);
    }

    // Each of these ends the process when it reaches an unguarded native call.
    [Fact]
    public void What_libtorch_cannot_differentiate_is_an_exception_and_not_the_end_of_the_process()
    {
        ChildResult result = ChildProcess.Run(Misuse);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Equal(
            ["freed graph", "saved tensor changed in place", "no second derivative", "afterwards: 2"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Product_with_the_Hessian_of_a_quadratic_is_the_product_with_its_matrix()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        Tensor root = randn(5, 5, dtype: ScalarType.Float64);
        Tensor matrix = root.mm(root.t());
        Tensor a = randn(3, dtype: ScalarType.Float64, requires_grad: true), b = randn(
            [2, 1], dtype: ScalarType.Float64, requires_grad: true);
        Tensor va = randn(3, dtype: ScalarType.Float64), vb = randn([2, 1], dtype: ScalarType.Float64);
        Tensor Loss()
        {
            Tensor theta = cat([a, b.flatten()]);
            return theta.dot(matrix.mv(theta)) / 2;
        }

        Tensor[] products = Gradient.HessianVector(Loss, [a, b], [va, vb]);
        Assert.Equal([2, 1], products[1].shape);
        Tensor expected = matrix.mv(cat([va, vb.flatten()]));
        double error = (cat([products[0], products[1].flatten()]) - expected).abs().max().item<double>();
        Assert.InRange(error, 0, 1e-12 * expected.abs().max().item<double>());
        Assert.Null(a.grad);
    }

    [Fact]
    public void Hessian_of_a_linear_loss_is_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2), y = Variable(3);
        Tensor[] products = Gradient.HessianVector(() => (3 * x).sum(), [x, y], [ones_like(x), ones_like(y)]);
        Assert.Equal([0, 0], Values(products[0]));
        Assert.Equal([0], Values(products[1]));
    }

    [Fact]
    public void Hessian_of_a_parameter_that_the_loss_does_not_use_is_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2), unused = Variable(3);
        Tensor[] products = Gradient.HessianVector(() => x.pow(3).sum(), [x, unused], [ones_like(x), ones_like(unused)]);
        Assert.Equal([6, 12], Values(products[0]));
        Assert.Equal([0], Values(products[1]));
    }

    [Fact]
    public void Vectors_that_do_not_fit_the_parameters_are_named()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2);
        Tensor Loss() => x.square().sum();
        Assert.Contains("vectors holds 2 tensors; expected one per parameter, 1", Message([x], [x, x]), StringComparison.Ordinal);
        Assert.Contains("vectors[0] has shape [3]; expected [2]", Message([x], [ones(3)]), StringComparison.Ordinal);
        Assert.Contains("vectors[0] is null", Message([x], [null!]), StringComparison.Ordinal);
        Assert.Contains("parameters[0] is null", Message([null!], [x]), StringComparison.Ordinal);
        Assert.Contains("inputs is empty", Message([], []), StringComparison.Ordinal);

        string Message(Tensor[] parameters, Tensor[] vectors) =>
            Assert.Throws<ArgumentException>(() => Gradient.HessianVector(Loss, parameters, vectors)).Message;
    }

    [Fact]
    public void Native_memory_balances()
    {
        using Tensor x = Variable(1, 2, 3);
        using Tensor kept = ones_like(x);
        x.grad = kept;
        using Tensor direction = ones_like(x);
        TensorBalance.Holds(() =>
        {
            using Tensor square = x.square();
            foreach (Tensor gradient in Gradient.Of(square, [x], direction))
                gradient.Dispose();
        });
        TensorBalance.Holds(() =>
        {
            foreach (Tensor product in Gradient.HessianVector(() => x.pow(3).sum(), [x], [direction]))
                product.Dispose();
        });
        TensorBalance.Holds(() =>
        {
            using Tensor constant = ones(3);
            Assert.Throws<ArgumentException>(() => Gradient.Of(constant, [x], direction));
        });
        TensorBalance.Holds(() =>
        {
            using Tensor exponential = x.exp();
            using Tensor sum = exponential.sum();
            exponential.add_(1);
            Assert.Throws<GradientException>(() => Gradient.Of(sum, [x]));
        });
    }

    [Scenario(Misuse)]
    private static void MisuseTheDoor(string[] arguments)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Variable(1, 2);
        Tensor freed = x.square().sum();
        Gradient.Of(freed, [x]);
        Refused("freed graph", () => Gradient.Of(freed, [x]));

        Tensor saved = x.exp();
        Tensor sum = saved.sum();
        saved.mul_(2);
        Refused("saved tensor changed in place", () => Gradient.Of(sum, [x]));

        Tensor query = randn([1, 1, 2, 4], requires_grad: true), key = randn(1, 1, 2, 4);
        Refused("no second derivative", () => Gradient.HessianVector(
            () => nn.functional.scaled_dot_product_attention(query, key, key).square().sum(), [query], [ones_like(query)]));

        Console.WriteLine($"afterwards: {Values(Gradient.Of(x.square().sum(), [x])[0])[0]}");
    }

    private static void Refused(string mistake, Action code)
    {
        GradientException e = Assert.Throws<GradientException>(code);
        Assert.Equal(ErrorKind.InputData, e.Kind);
        Assert.DoesNotContain('\n', e.Message);
        Console.WriteLine(mistake);
    }

    private static Tensor Variable(params double[] values) => tensor(values, requires_grad: true);

    private static double[] Values(Tensor? values) => values!.detach().data<double>().ToArray();
}
