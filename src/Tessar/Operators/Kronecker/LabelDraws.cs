using System.Buffers.Binary;
using System.Security.Cryptography;
using Tessar.Tasks;
using static TorchSharp.torch;
using RandomStream = Tessar.Examples.RandomStream;

namespace Tessar.Operators.Kronecker;

/// <summary>Labels drawn from the model's own softmax, y ~ p(·|x): with them the mean of ∇ℓ∇ℓᵀ is the Fisher matrix.</summary>
/// <remarks>
/// The uniform number behind a draw follows from (seed, checkpoint, pass, pixels): neither the order of the examples nor their
/// batches
/// matter, and passes are independent. Copies of an example draw alike.
/// </remarks>
internal static class LabelDraws
{
    /// <summary>One uniform number in [0, 1) for each example.</summary>
    /// <param name="inputs">[B, channels, height, width], fp32.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="checkpoint">A number made from the checkpoint's hash.</param>
    /// <param name="pass">Which pass over the data.</param>
    public static double[] Uniforms(Tensor inputs, ulong seed, ulong checkpoint, int pass)
    {
        using Tensor permuted = inputs.permute(0, 2, 3, 1);
        using Tensor inMemoryOrder = permuted.contiguous();
        ReadOnlySpan<byte> bytes = inMemoryOrder.bytes;
        double[] uniforms = new double[inputs.shape[0]];
        int size = bytes.Length / uniforms.Length;
        string purpose = pass == 0 ? "labels of the first pass" : "labels of the second pass";
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < uniforms.Length; i++)
        {
            SHA256.HashData(bytes.Slice(i * size, size), digest);
            uniforms[i] = new RandomStream(
                seed, purpose, BinaryPrimitives.ReadInt64LittleEndian(digest), unchecked((long)checkpoint)).NextDouble();
        }

        return uniforms;
    }

    /// <summary>The class whose interval of the cumulated probabilities a uniform number falls into.</summary>
    /// <param name="logits">[B, classes].</param>
    /// <param name="uniforms">B numbers in [0, 1).</param>
    /// <returns>[B], int64, in the current dispose scope.</returns>
    public static Tensor Draw(Tensor logits, double[] uniforms) => SoftmaxCrossEntropy.ClassAt(logits, uniforms);
}
