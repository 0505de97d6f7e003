using TorchSharp;

namespace Tessar.Tests;

/// <summary>Fails when a piece of code leaves native tensors behind.</summary>
internal static class TensorBalance
{
    /// <summary>
    /// Runs the code twice (the first time may fill caches that live on) and compares the count around the second.
    /// </summary>
    public static void Holds(Action code) => Holds(code, parametersBuilt: 0, Count);

    /// <summary>The same for code that builds modules, which TorchSharp 0.107 can't do without a trace in the count.</summary>
    /// <param name="code">What to run.</param>
    /// <param name="parametersBuilt">
    /// Parameters of the modules that one run of the code builds. A <c>Parameter</c> takes over the tensor that it is made from
    /// and the empty shell never leaves the count. The memory isn't lost: building and disposing of layers leaves resident
    /// memory flat. A convolution with a bias also leaves one small tensor to the garbage collector, so that runs first.
    /// </param>
    public static void HoldsButFor(int parametersBuilt, Action code) => Holds(code, parametersBuilt, () =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Count();
    });

    private static void Holds(Action code, int parametersBuilt, Func<long> count)
    {
        code();
        long before = count();
        code();
        Assert.Equal(before + parametersBuilt, count());
    }

    private static long Count() => torch.Tensor.TotalCount;
}
