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
    /// <exception cref="TessarException">
    /// A variable of the environment would have libtorch compute with another number of threads.
    /// </exception>
    public static void Set(int threads)
    {
        if (Objection(threads, nameof(threads)) is { } objection)
            throw new ArgumentOutOfRangeException(nameof(threads), objection).ForUser();
        if (ObjectionOfEnvironment(threads, Environment.GetEnvironmentVariable) is { } variable)
            throw new TessarException(variable, ErrorKind.Environment);
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

    /// <summary>
    /// What in the environment would give libtorch's pool fewer threads than it is told, with a word of it: sums are cut
    /// otherwise then, and neither training nor replay has the bits that the recorded number of threads promises. Null when
    /// nothing would.
    /// </summary>
    /// <param name="threads">The number it is told.</param>
    /// <param name="valueOf">The environment.</param>
    internal static string? ObjectionOfEnvironment(int threads, Func<string, string?> valueOf)
    {
        // As OpenMP reads them: any case, blanks around.
        if (threads > 1 && valueOf("OMP_DYNAMIC")?.Trim() is { } dynamic
            && string.Equals(dynamic, "true", StringComparison.OrdinalIgnoreCase))
        {
            return "The environment has OMP_DYNAMIC=true: libtorch would take as many threads as the machine has free at the "
                + "moment, "
                + "and results wouldn't repeat. Required is OMP_DYNAMIC=false. Unset it, then run the command again.";
        }

        return int.TryParse(
            valueOf("OMP_THREAD_LIMIT")?.Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out int limit)
            && limit > 0 && limit < threads
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The environment has OMP_THREAD_LIMIT={limit}, fewer than the {threads} threads to compute with: results "
                    + $"wouldn't be "
                    + $"those of {threads} threads. Unset it, or compute with {limit}.")
            : null;
    }

    /// <summary>The number of threads libtorch's kernels use now.</summary>
    public static int Current => torch.get_num_threads();
}
