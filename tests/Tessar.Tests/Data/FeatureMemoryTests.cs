using System.Diagnostics;
using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Models;
using Tessar.Native;
using Tessar.Tests.Inputs;
using Tessar.Tests.Processes;
using TorchSharp;
using static TorchSharp.torch;

namespace Tessar.Tests.Data;

public sealed class FeatureMemoryTests
{
    private const string Scenario = "a thousand batches of gradients";
    private const int Warmup = 100;
    private const long Bound = 64L << 20;

    // In a process of its own: nothing else allocates there.
    [Fact]
    public void Neither_tensors_nor_resident_memory_grow_over_a_thousand_batches()
    {
        ChildResult result = ChildProcess.Run(Scenario);
        Assert.True(result.ExitCode == 0, result.Error);
        long[] numbers = [.. result.Output.Split(' ', StringSplitOptions.TrimEntries)
            .Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
        Assert.Equal(0, numbers[0]);
        Assert.InRange(numbers[1], -Bound * 4, Bound);
    }

    [Scenario(Scenario)]
    private static void Run(string[] arguments)
    {
        TorchThreads.Set(1);
        using nn.Module<Tensor, Tensor> model = ModelSource.Parse("cnn").Create(Images.Of(12, 12, 1), 10, seed: 1);
        using Tensor input = randn(16, 1, 12, 12);
        using var gradients = new PerExampleGradients(model, input);
        (long tensors, long bytes) before = default;
        for (int batch = 0; batch < Warmup + 1000; batch++)
        {
            if (batch == Warmup)
                before = Count();
            using DisposeScope scope = NewDisposeScope();
            CapturedBatch captured = gradients.Capture(input, logits => logits.softmax(1));
            foreach (ParameterSlot slot in gradients.Captured)
                PerExampleGradients.Gradient(captured, slot).sum().item<float>();
        }

        (long tensors, long bytes) after = Count();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{after.tensors - before.tensors} {after.bytes - before.bytes}"));
    }

    private static (long Tensors, long Bytes) Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return (Tensor.TotalCount, process.WorkingSet64);
    }
}
