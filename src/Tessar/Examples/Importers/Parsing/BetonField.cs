using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>One field of a <c>.beton</c> file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Offset">Where it lies in a row of metadata.</param>
/// <param name="Column">What it becomes.</param>
/// <param name="Number">Type of an array's numbers.</param>
/// <param name="IsBigEndian">True when an array's numbers begin with the highest byte.</param>
internal sealed record BetonField(
    string Name, BetonType Type, int Offset, SourceColumn Column, NumberType? Number, bool IsBigEndian)
{
    /// <summary>Bytes of a field's description: type u8, name 16 B, arguments 1024 B.</summary>
    public const int DescriptorBytes = 1 + NameBytes + 1024;

    private const int NameBytes = 16, MostDimensions = 32;

    /// <summary>Bytes of an array's numbers.</summary>
    public int ArrayBytes => checked(Column.Stride / Tensors.ElementTypes.SizeOf(Column.Type) * Numbers.SizeOf(Number!.Value));

    /// <summary>Reads the description of a field.</summary>
    /// <param name="bytes">Its 1041 bytes.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="at">Where the description begins, for errors.</param>
    /// <param name="rowBytes">Bytes of the fields before it; grows by this field's.</param>
    /// <param name="alignment">Largest alignment so far.</param>
    /// <exception cref="FileFormatException">It is of a type that isn't read, or damaged.</exception>
    public static BetonField Read(ReadOnlySpan<byte> bytes, string path, long at, ref int rowBytes, ref int alignment)
    {
        string name = Encoding.UTF8.GetString(bytes.Slice(1, NameBytes).TrimEnd((byte)0));
        if (bytes[0] > (byte)BetonType.Tensor)
        {
            string found = bytes[0] == 255 ? "255, a custom type that only its writer can decode" : $"{bytes[0]}";
            throw SourceFile.Refuse(path, at, $"a type from 0 to {(byte)BetonType.Tensor} of the field `{name}`", found);
        }

        var type = (BetonType)bytes[0];
        if (name.Length == 0)
            throw SourceFile.Refuse(path, at + 1, "a name of the field", "none");

        // Nested structures are declared unaligned, so pictures and bytes begin wherever the field before them ends.
        (int size, int own) = type switch
        {
            BetonType.Image => (13, 1),
            BetonType.Bytes or BetonType.Json => (16, 1),
            _ => (8, 8),
        };
        int offset = (rowBytes + own - 1) / own * own;
        rowBytes = offset + size;
        alignment = Math.Max(alignment, own);
        if (type is BetonType.Array or BetonType.Tensor)
            return OfArray(bytes[(1 + NameBytes)..], name, type, offset, path, at + 1 + NameBytes);
        SourceColumn column = type switch
        {
            BetonType.Float => SourceColumn.Array(name, Tensors.ElementType.F64),
            BetonType.Int => SourceColumn.Array(name, Tensors.ElementType.I64),
            BetonType.Image => SourceColumn.Of(name, CellKind.Image),
            BetonType.Json => SourceColumn.Of(name, CellKind.Json),
            _ => SourceColumn.Of(name, CellKind.Bytes),
        };
        return new BetonField(name, type, offset, column, null, IsBigEndian: false);
    }

    /// <summary>
    /// Arguments: shape u64[32] that ends with a zero, length of the type's JSON u64, the JSON: <c>[["", "&lt;f4"]]</c>.
    /// </summary>
    private static BetonField OfArray(ReadOnlySpan<byte> arguments, string name, BetonType type, int offset, string path, long at)
    {
        var shape = new List<int>();
        long numbers = 1;
        for (int d = 0; d < MostDimensions; d++)
        {
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(arguments[(d * sizeof(ulong))..]);
            if (size == 0)
                break;
            numbers = size > int.MaxValue ? long.MaxValue : Math.Min(numbers * (long)size, int.MaxValue);
            if (numbers >= int.MaxValue / 8)
                throw SourceFile.Refuse(
                    path, at + (d * sizeof(ulong)), $"fewer than {int.MaxValue / 8} numbers in `{name}`",
                    $"a dimension of {size}");
            shape.Add((int)size);
        }

        const int TypeAt = MostDimensions * sizeof(ulong);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(arguments[TypeAt..]);
        if (length > (ulong)(arguments.Length - TypeAt - sizeof(ulong)))
            throw SourceFile.Refuse(
                path, at + TypeAt, $"a type of `{name}` of at most {arguments.Length - TypeAt - sizeof(ulong)} bytes",
                $"{length}");
        string json = Encoding.UTF8.GetString(arguments.Slice(TypeAt + sizeof(ulong), (int)length));
        (NumberType number, bool isBigEndian) = NpyHeader.TypeOf(DescrIn(json, name, path, at + TypeAt), path, name, at + TypeAt);
        return new BetonField(name, type, offset, SourceColumn.Array(name, Numbers.StoredAs(number), shape), number, isBigEndian);
    }

    private static string DescrIn(string json, string name, string path, long at)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.String)
                return root.GetString()!;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1 && root[0].ValueKind == JsonValueKind.Array
                && root[0].GetArrayLength() == 2 && root[0][0].ValueEquals(string.Empty)
                && root[0][1].ValueKind == JsonValueKind.String)
                return root[0][1].GetString()!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw SourceFile.Refuse(path, at, $"the type of `{name}` in JSON", $"`{json}`", e);
        }

        throw SourceFile.Refuse(path, at, $"the type of one number in `{name}`, such as [[\"\", \"<f4\"]]", $"`{json}`");
    }
}
