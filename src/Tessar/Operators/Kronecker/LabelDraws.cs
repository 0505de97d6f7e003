using System.Buffers.Binary;
using System.Security.Cryptography;
using static TorchSharp.torch;
using RandomStream = Tessar.Examples.RandomStream;

namespace Tessar.Operators.Kronecker;

/// <summary>Targets drawn from the model's own answers, y ~ p(·|x): with them the mean of ∇ℓ∇ℓᵀ is the Fisher matrix.</summary>
/// <remarks>
/// The random numbers behind a draw follow from (seed, checkpoint, pass, pixels): neither the order of the examples nor their
/// batches matter, and passes are independent. Copies of an example draw alike.
/// </remarks>
internal static class LabelDraws
{
    /// <summary>A number of each example that its inputs decide.</summary>
    /// <param name="inputs">[B, …]; pictures are read as they lie in memory, channels last.</param>
    public static long[] Keys(Tensor inputs)
    {
        using Tensor permuted = inputs.dim() == 4 ? inputs.permute(0, 2, 3, 1) : inputs.alias();
        using Tensor inMemoryOrder = permuted.contiguous();
        ReadOnlySpan<byte> bytes = inMemoryOrder.bytes;
        var keys = new long[inputs.shape[0]];
        int size = bytes.Length / keys.Length;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < keys.Length; i++)
        {
            SHA256.HashData(bytes.Slice(i * size, size), digest);
            keys[i] = BinaryPrimitives.ReadInt64LittleEndian(digest);
        }

        return keys;
    }

    /// <summary>A stream of random numbers for each example, at its first.</summary>
    /// <param name="keys">From <see cref="Keys"/>.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="checkpoint">A number made from the checkpoint's hash.</param>
    /// <param name="pass">Which pass over the data.</param>
    public static RandomStream[] Streams(IReadOnlyList<long> keys, ulong seed, ulong checkpoint, int pass)
    {
        string purpose = pass == 0 ? "labels of the first pass" : "labels of the second pass";
        return [.. keys.Select(key => new RandomStream(seed, purpose, key, unchecked((long)checkpoint)))];
    }
}
