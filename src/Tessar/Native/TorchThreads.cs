using System.Globalization;
using TorchSharp;

namespace Tessar.Native;

/// <summary>The number of threads libtorch computes with; results are bit-equal only for the same number.</summary>
public static class TorchThreads
{
    /// <summary>Sets the number of threads of libtorch's kernels for this process.</summary>
    /// <param name="threads">Number of threads, in [1, 1024].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> lies outside of [1, 1024].</exception>
    public static void Set(int threads)
    {
        if (threads is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), string.Create(
                CultureInfo.InvariantCulture, $"threads is {threads}; it must lie in [1, 1024]. This machine has {Environment.ProcessorCount}.")).ForUser();
        }

        if (torch.get_num_threads() != threads)
            torch.set_num_threads(threads);
        NativeWarnings.Apply(); // libtorch is loaded by now
    }

    /// <summary>The number of threads libtorch's kernels use now.</summary>
    public static int Current => torch.get_num_threads();
}
