using System.Globalization;
using TorchSharp;

namespace Tessar.Native;

/// <summary>The number of threads libtorch computes with; results are bit-equal only for the same number.</summary>
public static class TorchThreads
{
    /// <summary>
    /// Most threads that are of any use here: 8 per processor, at least 64, so that runs of larger machines can be repeated.
    /// </summary>
    public static int Most { get; } = Math.Clamp(8 * Environment.ProcessorCount, 64, 1024);

    /// <summary>Sets the number of threads of libtorch's kernels for this process.</summary>
    /// <param name="threads">Number of threads, in [1, <see cref="Most"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> lies outside of [1, <see
    /// cref="Most"/>].</exception>
    public static void Set(int threads)
    {
        if (Objection(threads, nameof(threads)) is { } objection)
            throw new ArgumentOutOfRangeException(nameof(threads), objection).ForUser();
        if (torch.get_num_threads() != threads)
            torch.set_num_threads(threads);
        NativeWarnings.Apply(); // libtorch is loaded by now
    }

    /// <summary>What is wrong with a number of threads, as a sentence; null when nothing is.</summary>
    /// <param name="threads">The number.</param>
    /// <param name="name">What it is called.</param>
    internal static string? Objection(int threads, string name) => threads >= 1 && threads <= Most ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{name} is {threads}; it must lie in [1, {Most}] on this machine of {Environment.ProcessorCount} processors. "
        + $"Pass {Environment.ProcessorCount}.");

    /// <summary>The number of threads libtorch's kernels use now.</summary>
    public static int Current => torch.get_num_threads();
}
