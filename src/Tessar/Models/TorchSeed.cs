using Tessar.Examples;
using TorchSharp;

namespace Tessar.Models;

/// <summary>Seeds libtorch's global generator just before a native random operation (initialisation, dropout).</summary>
/// <remarks>
/// The seed depends only on its arguments, never on what was drawn before: a run that goes on after an interruption draws
/// what it would have drawn, and no generator state has to be stored.
/// </remarks>
internal static class TorchSeed
{
    /// <summary>Seeds the generator by (run seed, purpose, a, b), for example (1, "step", 130).</summary>
    public static void Set(ulong seed, string purpose, long a = 0, long b = 0)
    {
        var stream = new RandomStream(seed, purpose, a, b);
        ulong derived = ((ulong)stream.NextUInt32() << 32) | stream.NextUInt32();
        torch.manual_seed(unchecked((long)derived)).Dispose();
    }
}
