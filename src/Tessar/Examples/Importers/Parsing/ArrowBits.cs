using Apache.Arrow;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>The bits of an Arrow array that say which of its values are there.</summary>
internal static class ArrowBits
{
    /// <summary>Tells the values that are missing; without bits none is.</summary>
    /// <param name="data">The array.</param>
    /// <param name="offset">Its first value.</param>
    public static Func<int, bool> Missing(ArrayData data, int offset)
    {
        ReadOnlyMemory<byte> bits = data.Buffers[0].Memory;
        return bits.Length == 0 ? _ => false : i => ((bits.Span[(offset + i) / 8] >> ((offset + i) % 8)) & 1) == 0;
    }
}
