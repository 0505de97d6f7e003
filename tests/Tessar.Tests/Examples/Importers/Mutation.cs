using CsCheck;

namespace Tessar.Tests.Examples.Importers;

/// <summary>
/// A way to damage a file: bits flipped, numbers made huge, the end cut off or lengthened, a stretch doubled or blanked.
/// </summary>
internal sealed record Mutation(int Kind, double Place, int Amount, byte Value)
{
    private static readonly Gen<Mutation> _one =
        Gen.Select(
            Gen.Int[0, 7], Gen.Double[0, 1], Gen.Int[1, 40], Gen.Byte,
            (kind, place, amount, value) => new Mutation(kind, place, amount, value));

    /// <summary>One to three of them, one after the other.</summary>
    public static readonly Gen<Mutation[]> Some = _one.Array[1, 3];

    public static byte[] Apply(byte[] file, IEnumerable<Mutation> mutations) =>
        mutations.Aggregate(file, (bytes, mutation) => mutation.Apply(bytes));

    private byte[] Apply(byte[] file)
    {
        if (file.Length == 0)
            return [Value];
        byte[] bytes = [.. file];
        int at = Math.Min((int)(Place * bytes.Length), bytes.Length - 1), count = Math.Min(Amount, bytes.Length - at);
        switch (Kind)
        {
            case 0:
                bytes[at] ^= (byte)(1 << (Value % 8));
                return bytes;
            case 1:
                bytes[at] = Value;
                return bytes;
            case 2:
                bytes.AsSpan(at, Math.Min(8, count)).Fill(0xFF);
                return bytes;
            case 3:
                bytes.AsSpan(at, Math.Min(4, count)).Fill(0x7F);
                return bytes;
            case 4:
                bytes.AsSpan(at, count).Clear();
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                return [.. bytes, .. Enumerable.Repeat(Value, Amount)];
            default:
                return [.. bytes.AsSpan(0, at + count), .. bytes.AsSpan(at)];
        }
    }
}
