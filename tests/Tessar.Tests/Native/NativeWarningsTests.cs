using Tessar.Autograd;
using Tessar.Native;
using Tessar.Tests.Processes;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Native;

/// <summary>libtorch's own warnings, which go past every stream of ours.</summary>
public sealed class NativeWarningsTests
{
    [Fact]
    public void A_call_without_warnings_leaves_the_level_as_it_was()
    {
        using Tensor some = zeros(1); // loads libtorch
        int? before = NativeWarnings.Severity;
        Assert.NotNull(before);
        int? inside = null;
        NativeWarnings.Without(() => inside = NativeWarnings.Severity);
        Assert.Equal(2, inside);
        Assert.Equal(before, NativeWarnings.Severity);
        Assert.Throws<InvalidOperationException>(() => NativeWarnings.Without(() => throw new InvalidOperationException()));
        Assert.Equal(before, NativeWarnings.Severity);
    }

    [Fact]
    public void A_gradient_of_a_gradient_writes_nothing()
    {
        using ChildProcess child = ChildProcess.Start(nameof(DifferentiateTwice));
        ChildResult result = child.WaitForEnd();
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
    }

    [Scenario(nameof(DifferentiateTwice))]
    private static void DifferentiateTwice(string[] arguments)
    {
        using Tensor x = tensor(2f, requires_grad: true);
        using Tensor cube = x.pow(3);
        Tensor first = Gradient.Of(cube, [x], differentiable: true)[0];
        Console.WriteLine(Gradient.Of(first, [x])[0].item<float>());
    }
}
